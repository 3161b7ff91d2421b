import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HOUR, MINUTE } from '../../src/base/index.ts';
import type { Command } from '../../src/paywall/command.ts';
import type { PaywallId, ProposalId } from '../../src/paywall/id.ts';
import type { Paywall } from '../../src/paywall/paywall.ts';
import type { Proposal } from '../../src/paywall/proposal.ts';
import { routeTable } from '../../src/paywall/route-table.ts';
import { type House, openHouse, toCreate } from './house.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse();
  await house.stock();
});
afterEach(() => house.close());

const ask = (command: Command, owner = 'alice') => house.seller.ask(owner, command, 'a test');
const say = (proposalId: ProposalId, verdict: 'yes' | 'no' = 'yes') =>
  house.seller.answer('alice', { proposalId, verdict, via: 'terminal' });

async function proposed(command: Command): Promise<Proposal> {
  const asked = await ask(command);
  if (!asked.ok || asked.value.kind !== 'proposed') throw new Error(JSON.stringify(asked));
  return asked.value.proposal;
}

/** A paywall that a human approved, and that is public. */
async function opened(more: Parameters<typeof toCreate>[0] = {}): Promise<Paywall> {
  const { id } = await proposed(toCreate(more));
  const said = await say(id);
  if (!said.ok || said.value.paywall === undefined) throw new Error(JSON.stringify(said));
  return said.value.paywall;
}

const update = (paywallId: PaywallId, input: object): Command => ({
  kind: 'update',
  input: { paywallId, ...input },
});
const route = (pathPattern: string, more: object = {}) => ({
  hostPattern: 'api.example',
  pathPattern,
  upstream: 'api',
  ...more,
});

describe('an agent that wants to sell', () => {
  test('opens nothing to the public alone: a human is shown what it would, and decides', async () => {
    const proposal = await proposed(toCreate());
    expect(await house.seller.paywalls('alice')).toEqual([]);
    expect(proposal.widens.join(' ')).toContain('api.example/v1/** becomes public: 10 sats');
    expect(await house.seller.proposals('alice')).toMatchObject([{ id: proposal.id }]);
    const said = await say(proposal.id);
    expect(said).toMatchObject({ ok: true, value: { kind: 'approved' } });
    expect(await house.seller.paywalls('alice')).toMatchObject([
      { id: proposal.paywallId, status: 'active', name: 'Reports' },
    ]);
    expect(await house.seller.proposals('alice')).toEqual([]);
  });

  test('makes a paused paywall alone, but cannot open it', async () => {
    const made = await ask(toCreate({ status: 'paused' }));
    expect(made).toMatchObject({ ok: true, value: { kind: 'applied', changed: true } });
    const [paywall] = await house.seller.paywalls('alice');
    const resume: Command = { kind: 'resume', input: { paywallId: paywall!.id } };
    expect(await ask(resume)).toMatchObject({ value: { kind: 'proposed' } });
    expect(await house.seller.isOpen(paywall!)).toBe(false);
  });

  test('asks once, however often it repeats itself', async () => {
    const first = await proposed(toCreate());
    expect(await proposed(toCreate())).toEqual(first);
    expect(await proposed(toCreate({ name: 'Others' }))).not.toEqual(first);
  });

  test('is not asked about again for a while after a no', async () => {
    const { id } = await proposed(toCreate());
    expect(await say(id, 'no')).toMatchObject({ ok: true, value: { kind: 'declined' } });
    expect(await ask(toCreate())).toMatchObject({ ok: false, code: 'APPROVAL_THROTTLED' });
    house.now += 11 * MINUTE;
    expect(await ask(toCreate())).toMatchObject({ ok: true });
  });

  test('cannot wear a human out with many different changes', async () => {
    house.settings = { approvals: { maxPending: 2, maxPerHour: 3 } };
    for (const name of ['a', 'b']) await proposed(toCreate({ name }));
    expect(await ask(toCreate({ name: 'c' }))).toMatchObject({ code: 'APPROVAL_THROTTLED' });
    house.now += 11 * MINUTE;
    await proposed(toCreate({ name: 'd' }));
    expect(await ask(toCreate({ name: 'e' }))).toMatchObject({ code: 'APPROVAL_THROTTLED' });
    house.now += HOUR;
    await proposed(toCreate({ name: 'f' }));
  });
});

describe('a change of what is public', () => {
  test.each<[what: string, input: object]>([
    ['a new name', { name: 'New' }],
    ['a higher price', { policy: { fixedAmountMsats: 20_000 } }],
    ['a quota', { policy: { fixedAmountMsats: 10_000, quotaPerDay: 5 } }],
    ['a shorter token', { policy: { fixedAmountMsats: 10_000, tokenTtlSeconds: 60 } }],
    ['a token for one method', { policy: { fixedAmountMsats: 10_000, bindMethod: true } }],
    ['fewer methods', { routes: [route('/v1/**', { methods: ['GET'] })] }],
    ['fewer paths', { routes: [route('/v1/reports')] }],
    ['a dearer path within', { routes: [route('/v1/**'), route('/v1/a', { priceMsats: 50_000 })] }],
    ['a longer description', { description: 'Of all kinds' }],
  ])('is made at once where it tightens or shows nothing: %s', async (_what, input) => {
    const { id } = await opened();
    expect(await ask(update(id, input))).toMatchObject({
      ok: true,
      value: { kind: 'applied', changed: true },
    });
  });

  test.each<[what: string, input: object]>([
    ['a lower price', { policy: { fixedAmountMsats: 9999 } }],
    ['a cheaper route', { routes: [route('/v1/**', { priceMsats: 1 })] }],
    ['a new route', { routes: [route('/v1/**'), route('/v2')] }],
    ['a cheaper route within', { routes: [route('/v1/**'), route('/v1/a', { priceMsats: 1 })] }],
    ['a wider route', { routes: [route('/**')] }],
    ['another host', { routes: [{ ...route('/v1/**'), hostPattern: '*.example' }] }],
    ['another upstream', { routes: [route('/v1/**', { upstream: 'other' })] }],
    [
      'a URL that nobody registered',
      {
        routes: [{ ...route('/v1/**'), upstream: undefined, upstreamUrl: 'http://127.0.0.1:9999' }],
      },
    ],
    ['free requests', { policy: { fixedAmountMsats: 10_000, freeRequestsPerDay: 1 } }],
    ['more uses', { policy: { fixedAmountMsats: 10_000, usesPerToken: 2 } }],
    ['any number of uses', { policy: { fixedAmountMsats: 10_000, usesPerToken: null } }],
    ['a longer token', { policy: { fixedAmountMsats: 10_000, tokenTtlSeconds: 3601 } }],
    ['a token for the route', { policy: { fixedAmountMsats: 10_000, tokenScope: 'route' } }],
  ])('waits for a human where it widens: %s', async (_what, input) => {
    await house.seller.order('alice', {
      kind: 'add_upstream',
      input: { name: 'other', url: 'http://127.0.0.1:4000' },
    });
    const before = await opened();
    const { widens } = await proposed(update(before.id, input));
    expect(widens.length).toBeGreaterThan(0);
    expect(await house.seller.paywall('alice', before.id)).toEqual({ ok: true, value: before });
  });

  test.each([
    ['method', 'bindMethod'],
    ['body', 'bindBody'],
    ['minute', 'quotaPerMinute'],
    ['day', 'quotaPerDay'],
  ] as const)('waits for a human where a limit by %s is lifted', async (_what, field) => {
    const value = field.startsWith('bind') ? true : 5;
    const { id } = await opened({ policy: { fixedAmountMsats: 10_000, [field]: value } });
    await proposed(update(id, { policy: { fixedAmountMsats: 10_000 } }));
  });

  test('widens where taking a dear route away leaves it to the cheap one around it', async () => {
    const dear = route('/v1/admin', { priceMsats: 1_000_000 });
    const { id } = await opened({ routes: [route('/v1/**'), dear] });
    const { widens } = await proposed(update(id, { routes: [route('/v1/**')] }));
    expect(widens.join(' ')).toContain('/v1/**');
  });

  test('widens where requests fall to another paywall, or are taken from it', async () => {
    const wide = await opened({ routes: [route('/v1/**')] });
    const narrow = await opened({ routes: [route('/v1/admin', { priceMsats: 1_000_000 })] });
    const away = await proposed(update(narrow.id, { routes: [route('/v2')] }));
    expect(away.widens.join(' ')).toContain('falls to api.example/v1/**');
    const over = [route('/v1/**'), route('/v1/admin/*')];
    await opened({ routes: [route('/v1/admin/**', { priceMsats: 90_000 })] });
    const taking = await proposed(update(wide.id, { routes: over }));
    expect(taking.widens.join(' ')).toContain('takes requests from api.example/v1/admin/**');
  });

  test('widens where another paywall refused the method', async () => {
    const cheap = await opened({ routes: [route('/**')] });
    await opened({
      routes: [{ ...route('/v1/dear', { priceMsats: 1_000_000 }), methods: ['GET'] }],
    });
    const routes = [route('/**'), route('/v1/dear', { methods: ['POST'] })];
    const { widens } = await proposed(update(cheap.id, { routes }));
    expect(widens.join(' ')).toContain('POST api.example/v1/dear is served');
  });

  test('says of a new paywall, and of one that is resumed, what it takes from others', async () => {
    await opened({ routes: [route('/**', { priceMsats: 1_000_000 })] });
    const takes = 'api.example/v1/** takes requests from api.example/**';
    const { widens } = await proposed(toCreate());
    expect(widens.join(' ')).toContain(takes);
    const draft = await ask(toCreate({ status: 'paused' }));
    if (!draft.ok || draft.value.paywall === undefined) throw new Error(JSON.stringify(draft));
    const resume = { kind: 'resume', input: { paywallId: draft.value.paywall.id } } as const;
    expect((await proposed(resume)).widens.join(' ')).toContain(takes);
  });

  test('is never undone by an agent beyond what it left: what it tightened only a human loosens', async () => {
    const { id } = await opened();
    await ask(update(id, { policy: { fixedAmountMsats: 20_000 } }));
    await proposed(update(id, { policy: { fixedAmountMsats: 10_000 } }));
  });

  test('that changes nothing is no event', async () => {
    const { id } = await opened();
    const events = () => house.store.paywalls.registry.events({ owner: 'alice', limit: 100 });
    const before = (await events()).length;
    house.now += 5;
    const same = await ask(update(id, { name: 'Reports', routes: [route('/v1/**')] }));
    expect(same).toMatchObject({ value: { kind: 'applied', changed: false } });
    expect((await events()).length).toBe(before);
  });

  test('keeps the id of a route that stays, and with it the tokens that were bought', async () => {
    const before = await opened({ routes: [route('/v1/**'), route('/v2')] });
    const kept = before.routes[1]!.id;
    const after = await ask(update(before.id, { routes: [route('/v2')] }));
    expect(after).toMatchObject({ value: { paywall: { routes: [{ id: kept }] } } });
  });
});

describe('a paywall that is stopped', () => {
  const pause = (paywallId: PaywallId): Command => ({ kind: 'pause', input: { paywallId } });
  const resume = (paywallId: PaywallId): Command => ({ kind: 'resume', input: { paywallId } });

  test('by an agent is opened by it again, as it was approved', async () => {
    const paywall = await opened();
    expect(await ask(pause(paywall.id))).toMatchObject({ value: { changed: true } });
    expect(await ask(pause(paywall.id))).toMatchObject({ value: { changed: false } });
    expect(await house.seller.isOpen(paywall)).toBe(false);
    expect(await ask(resume(paywall.id))).toMatchObject({
      value: { kind: 'applied', paywall: { status: 'active' } },
    });
    expect(await house.seller.isOpen(paywall)).toBe(true);
  });

  test('and widened meanwhile is opened by a human alone', async () => {
    const { id } = await opened();
    await ask(pause(id));
    const cheap = { policy: { fixedAmountMsats: 1 } };
    expect(await ask(update(id, cheap))).toMatchObject({ value: { kind: 'applied' } });
    expect(await ask(resume(id))).toMatchObject({ value: { kind: 'proposed' } });
  });

  test('by a human is opened by a human alone', async () => {
    const { id } = await opened();
    await house.seller.order('alice', pause(id));
    const { id: proposal } = await proposed(resume(id));
    expect(await say(proposal)).toMatchObject({ value: { paywall: { status: 'active' } } });
    await house.seller.order('alice', pause(id));
    expect(await house.seller.order('alice', resume(id))).toMatchObject({
      value: { paywall: { status: 'active' } },
    });
  });

  test('by its own kill switch stays so, and needs a human afterwards', async () => {
    const { id } = await opened();
    const killed = { policy: { fixedAmountMsats: 10_000, killSwitch: true } };
    expect(await ask(update(id, killed))).toMatchObject({
      value: { kind: 'applied', paywall: { status: 'paused' } },
    });
    expect(await ask(resume(id))).toMatchObject({ code: 'policy_violation' });
    expect(await house.seller.order('alice', resume(id))).toMatchObject({
      code: 'policy_violation',
    });
    const events = await house.store.paywalls.registry.events({ owner: 'alice', limit: 1 });
    expect(events).toMatchObject([{ kind: 'paywall_updated_kill_switch' }]);
    await ask(update(id, { policy: { fixedAmountMsats: 10_000 } }));
    expect(await ask(resume(id))).toMatchObject({ value: { kind: 'proposed' } });
  });

  test('by the kill switch of the record is closed at once, and cannot be resumed', async () => {
    const [first, second] = [await opened(), await opened({ routes: [route('/v2')] })];
    await ask(pause(second.id));
    await house.store.killSwitch.pause('enough');
    expect(await house.seller.isOpen(first)).toBe(false);
    expect(await ask(resume(second.id))).toMatchObject({ code: 'policy_violation' });
    await house.store.killSwitch.resume();
    expect(await house.seller.isOpen(first)).toBe(true);
  });

  test('by the settings, or by broken ones, is closed and not resumed', async () => {
    const paywall = await opened();
    await ask(pause(paywall.id));
    house.settings = { seller: { paused: true } };
    expect(await ask(resume(paywall.id))).toMatchObject({ code: 'policy_violation' });
    house.settings = {};
    house.broken = true;
    expect(await ask(resume(paywall.id))).toMatchObject({ code: 'settings_invalid' });
    expect(await ask(pause(paywall.id))).toMatchObject({ ok: true });
    expect(await house.seller.isOpen(paywall)).toBe(false);
  });
});

describe('a human’s answer', () => {
  test('counts once', async () => {
    const { id } = await proposed(toCreate());
    await say(id);
    expect(await say(id)).toMatchObject({ ok: false, code: 'already_answered' });
    expect(await say(id, 'no')).toMatchObject({ ok: false, code: 'already_answered' });
    expect(await house.seller.paywalls('alice')).toHaveLength(1);
  });

  test('that comes too late changes nothing', async () => {
    const { id, expiresAt } = await proposed(toCreate());
    house.now = expiresAt;
    expect(await say(id)).toMatchObject({ code: 'approval_expired' });
    expect(await house.seller.proposals('alice')).toEqual([]);
    await proposed(toCreate());
    expect(await say(id)).toMatchObject({ code: 'approval_expired' });
    expect(await house.seller.paywalls('alice')).toEqual([]);
  });

  test('is for the paywall as it was shown, not as it became', async () => {
    const { id } = await opened();
    const cheaper = await proposed(update(id, { policy: { fixedAmountMsats: 5000 } }));
    await ask(update(id, { name: 'Other' }));
    expect(await say(cheaper.id)).toMatchObject({ code: 'APPROVAL_MISMATCH' });
  });

  test('is for the upstream as it was shown', async () => {
    const { id } = await proposed(toCreate());
    await house.stock('http://127.0.0.1:3001');
    expect(await say(id)).toMatchObject({ code: 'APPROVAL_MISMATCH' });
  });

  test('is for the policy of the operator as it was then', async () => {
    const { id } = await proposed(toCreate());
    house.settings = { seller: { maxPriceSats: 500 } };
    expect(await say(id)).toMatchObject({ code: 'APPROVAL_MISMATCH' });
  });

  test('on what has become impossible meanwhile says why', async () => {
    const { id } = await proposed(toCreate());
    await opened({ name: 'First' });
    expect(await say(id)).toMatchObject({ ok: false, code: 'route_conflict' });
  });

  test('is the owner’s alone', async () => {
    const { id } = await proposed(toCreate());
    const bobs = house.seller.answer('bob', { proposalId: id, verdict: 'yes', via: 'terminal' });
    expect(await bobs).toMatchObject({ ok: false, code: 'proposal_not_found' });
  });
});

describe('another owner', () => {
  test('finds none of it', async () => {
    const { id } = await opened();
    expect(await house.seller.paywalls('bob')).toEqual([]);
    expect(await house.seller.upstreams('bob')).toEqual([]);
    expect(await house.seller.paywall('bob', id)).toMatchObject({ code: 'paywall_not_found' });
    for (const kind of ['pause', 'resume'] as const) {
      const command: Command = { kind, input: { paywallId: id } };
      expect(await ask(command, 'bob')).toMatchObject({ code: 'paywall_not_found' });
      expect(await house.seller.order('bob', command)).toMatchObject({ ok: false });
    }
    expect(await ask(update(id, { name: 'Mine' }), 'bob')).toMatchObject({ ok: false });
  });

  test('cannot take requests from it, nor use its upstreams, and learns nothing of it', async () => {
    await opened();
    await house.seller.order('bob', {
      kind: 'add_upstream',
      input: { name: 'mine', url: 'http://127.0.0.1:4000' },
    });
    const routes = [route('/v1/admin', { upstream: 'mine' })];
    const conflict = await ask(toCreate({ routes }), 'bob');
    expect(conflict).toMatchObject({ ok: false, code: 'route_conflict' });
    expect(JSON.stringify(conflict)).not.toContain('/v1/**');
    const theirs = toCreate({ routes: [{ ...route('/'), hostPattern: 'bob.example' }] });
    expect(await ask(theirs, 'bob')).toMatchObject({ code: 'upstream_not_found' });
  });
});

test('a draft keeps no other owner off, and is not opened over what they sell', async () => {
  const input = { name: 'mine', url: 'http://127.0.0.1:4000' };
  await house.seller.order('bob', { kind: 'add_upstream', input });
  const narrow = [{ ...route('/v1/reports'), upstream: 'mine' }];
  const wide = [{ ...narrow[0]!, hostPattern: '*.example', pathPattern: '/**' }];
  const drafts: PaywallId[] = [];
  for (const routes of [narrow, wide]) {
    const made = await ask(toCreate({ status: 'paused', routes }), 'bob');
    if (!made.ok || made.value.paywall === undefined) throw new Error(JSON.stringify(made));
    drafts.push(made.value.paywall.id);
  }
  const { id } = await opened();
  const { paywalls } = await house.store.paywalls.registry.view();
  const found = routeTable(paywalls).find('api.example', '/v1/reports');
  expect(found).toMatchObject([{ paywall: { id } }]);
  const open = () =>
    Promise.all(
      drafts.map(paywallId => house.seller.order('bob', { kind: 'resume', input: { paywallId } })),
    );
  const conflict = { ok: false, code: 'route_conflict' };
  expect(await open()).toMatchObject([conflict, conflict]);
  await house.seller.order('alice', { kind: 'pause', input: { paywallId: id } });
  expect(await open()).toMatchObject([conflict, conflict]);
});

describe('what may not be sold', () => {
  test.each<[what: string, code: string, input: Parameters<typeof toCreate>[0]]>([
    ['an empty path', 'invalid_route', { routes: [route('')] }],
    ['a regular expression', 'invalid_route', { routes: [route('/^(a+)+$;')] }],
    ['no upstream', 'invalid_route', { routes: [route('/a', { upstream: undefined })] }],
    ['two', 'invalid_route', { routes: [route('/a', { upstreamUrl: 'http://127.0.0.1:9999' })] }],
    ['an unknown upstream', 'upstream_not_found', { routes: [route('/a', { upstream: 'none' })] }],
    ['the same path twice', 'route_conflict', { routes: [route('/a'), route('/a')] }],
    ['paths that cross', 'route_conflict', { routes: [route('/a/*'), route('/*/b')] }],
    [
      'a price above its own cap',
      'over_cap',
      { policy: { fixedAmountMsats: 2, maxPerRequestMsats: 1 } },
    ],
    ['a price above the operator’s', 'over_cap', { policy: { fixedAmountMsats: 10_000_001 } }],
    ['a route above it', 'over_cap', { routes: [route('/a', { priceMsats: 10_000_001 })] }],
    [
      'a host that it blocks',
      'policy_violation',
      { policy: { fixedAmountMsats: 1, blockedHosts: ['*.example'] } },
    ],
    [
      'a host that it does not allow',
      'policy_violation',
      { policy: { fixedAmountMsats: 1, allowedHosts: ['b.example'] } },
    ],
  ])('is refused: %s', async (_what, code, input) => {
    expect(await ask(toCreate(input))).toMatchObject({ ok: false, code });
    expect(await house.seller.order('alice', toCreate(input))).toMatchObject({ ok: false, code });
  });

  test('is any host that the operator does not list', async () => {
    house.settings = { seller: { hosts: ['*.shop.example:*'] } };
    expect(await ask(toCreate())).toMatchObject({ code: 'policy_violation' });
    const listed = [{ ...route('/a'), hostPattern: 'a.shop.example' }];
    expect(await ask(toCreate({ routes: listed }))).toMatchObject({ ok: true });
    const wider = [{ ...route('/a'), hostPattern: '*.example' }];
    expect(await ask(toCreate({ routes: wider }))).toMatchObject({ code: 'policy_violation' });
  });

  test('is what leads back to the gateway: to a host that is sold, or would be by this very paywall', async () => {
    const upstreamUrl = 'https://api.example';
    const leading = (hostPattern: string) =>
      toCreate({ routes: [{ hostPattern, pathPattern: '/**', upstreamUrl }] });
    const back = { ok: false, code: 'upstream_invalid' };
    expect(await ask(leading('api.example'))).toMatchObject(back);
    expect(await ask(leading('*.example'))).toMatchObject(back);
    expect(await ask(leading('shop.test'))).toMatchObject({ ok: true });
    await opened();
    expect(await ask(leading('shop.test'))).toMatchObject(back);
  });

  test('is the same path of two paywalls', async () => {
    await opened();
    expect(await ask(toCreate({ name: 'Again' }))).toMatchObject({ code: 'route_conflict' });
  });
});

test('a draft that nobody approved closes no paywall whose upstream it names', async () => {
  const routes = [{ ...route('/**'), upstream: undefined, upstreamUrl: 'https://backend.test' }];
  const paywall = await opened({ routes });
  const hostPattern = 'backend.test';
  const draft = toCreate({ status: 'paused', routes: [{ ...route('/**'), hostPattern }] });
  const made = await ask(draft);
  expect(made).toMatchObject({ value: { kind: 'applied' } });
  expect(await house.seller.isOpen(paywall)).toBe(true);
  await house.seller.order(
    'alice',
    toCreate({ routes: [{ ...route('/b/**'), hostPattern: '*.test' }] }),
  );
  expect(await house.seller.isOpen(paywall)).toBe(false);
});

test('a paywall is not open whose upstream is gone', async () => {
  const paywall = await opened();
  await house.seller.order('alice', { kind: 'remove_upstream', name: 'api' });
  expect(await house.seller.isOpen(paywall)).toBe(false);
});

describe('an archived paywall', () => {
  test('is kept for its books, takes nothing, and comes back by nobody’s word', async () => {
    const { id } = await opened();
    await house.seller.order('alice', { kind: 'archive', paywallId: id });
    expect(await house.seller.paywall('alice', id)).toMatchObject({
      value: { status: 'archived' },
    });
    expect(await ask({ kind: 'resume', input: { paywallId: id } })).toMatchObject({
      code: 'paywall_not_found',
    });
    expect(await ask(toCreate())).toMatchObject({ ok: true });
  });
});

test('the record tells who changed what', async () => {
  const { id } = await opened();
  await ask({ kind: 'pause', input: { paywallId: id, reason: 'Holidays' } });
  const events = await house.store.paywalls.registry.events({
    owner: 'alice',
    paywallId: id,
    limit: 9,
  });
  expect(events).toMatchObject([
    { kind: 'paywall_paused', by: { kind: 'agent', caller: 'a test' }, reason: 'Holidays' },
    { kind: 'paywall_created', by: { kind: 'human', via: 'terminal' } },
    { kind: 'change_proposed', proposal: { caller: 'a test' } },
  ]);
});

import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../src/base/index.ts';
import { compose, type Tollkeeper } from '../../src/server/compose.ts';
import { findHome } from '../../src/server/home.ts';
import { NODE, receipt, token } from '../contract/paywall-store/fixture.ts';
import { type Connected, type Form, KINDS, type Reply } from './client.ts';
import { type Desk, openDesk, serverCommand } from './desk.ts';
import { callModern, MODERN, openWire, type Wire } from './wire.ts';

const yes: Reply = { action: 'accept', content: { decision: 'yes' } };
const no: Reply = { action: 'accept', content: { decision: 'no' } };
const SETS = ['--tools', 'seller'];

let desk: Desk;
let tollkeeper: Tollkeeper;
let round = 0;
beforeAll(async () => {
  desk = await openDesk();
  await desk.settle({ approvals: { coolDownMinutes: 0, maxPerHour: 100, maxPending: 50 } });
  tollkeeper = await compose(findHome(desk.home, {}));
});
afterAll(async () => {
  await tollkeeper.close();
  await desk.close();
});
beforeEach(() => {
  round += 1;
});

const wanted = (more: object = {}) => ({
  name: 'Weather',
  policy: { fixedAmountMsats: 1000 },
  routes: [
    { hostPattern: `a${round}.example`, pathPattern: '/**', upstreamUrl: desk.shop.url, ...more },
  ],
});
const waiting = async () => (await tollkeeper.seller.proposals('local')).at(-1);
const exists = async (paywallId: string) =>
  (await tollkeeper.seller.paywalls('local')).some(({ id }) => id === paywallId);

test('an answer that comes after the call was given up counts', async () => {
  let answer: (reply: Reply) => void = () => undefined;
  const shown = new Promise<Form>(resolve => {
    void desk
      .start(
        'v2 legacy',
        form => {
          resolve(form);
          return new Promise<Reply>(settle => {
            answer = settle;
          });
        },
        SETS,
      )
      .then(client => client.call('paywall_create', wanted(), { timeout: 1500 }))
      .catch(() => undefined);
  });
  await shown;
  const proposal = await waiting();
  await systemClock.after(1600);
  answer(yes);
  await desk.until(() => exists(proposal?.paywallId ?? ''));
});

test('an answer at the terminal ends a call whose form is still open', async () => {
  let client: Connected | undefined;
  const opened = new Promise<void>(resolve => {
    void desk
      .start(
        'v1',
        () => {
          resolve();
          return new Promise<Reply>(() => undefined);
        },
        SETS,
      )
      .then(started => {
        client = started;
        called = client.call('paywall_create', wanted());
      });
  });
  let called: Promise<{ output: { status: string } }> | undefined;
  await opened;
  const proposal = await waiting();
  if (proposal === undefined) throw new Error('nothing waits');
  const said = { proposalId: proposal.id, verdict: 'yes', via: 'terminal' } as const;
  expect(await tollkeeper.seller.answer('local', said)).toMatchObject({ ok: true });
  expect((await called)?.output).toMatchObject({ status: 'ok', changed: true });
});

test.each(KINDS)('a %s client’s human who says no is not asked again at once', async kind => {
  await desk.settle({ approvals: { coolDownMinutes: 10, maxPerHour: 100, maxPending: 50 } });
  const forms: Form[] = [];
  const client = await desk.start(
    kind,
    form => {
      forms.push(form);
      return no;
    },
    SETS,
  );
  const first = await client.call('paywall_create', wanted());
  const again = await client.call('paywall_create', wanted({ methods: ['GET'] }));
  await client.close();
  await desk.settle({ approvals: { coolDownMinutes: 0, maxPerHour: 100, maxPending: 50 } });
  // Either no makes the next one too early, whichever client it was said to.
  expect([first, again].at(-1)?.output.error.code).toBe('APPROVAL_THROTTLED');
  expect(forms.length).toBeLessThanOrEqual(1);
});

const retry = (wire: Wire, args: object, requestState: unknown, reply: Reply) =>
  wire.request('tools/call', {
    name: 'paywall_create',
    arguments: args,
    requestState,
    inputResponses: { approve: reply },
    _meta: MODERN,
  });
const served = () => {
  const { command, args, env } = serverCommand(desk.home, join(desk.home, '..'));
  return openWire({ command, args: [...args, ...SETS], ...(env && { env }) });
};

test('a yes is for the change that was shown, and a replay of it changes nothing', async () => {
  const wire = served();
  const asked = await callModern(wire, 'paywall_create', wanted());
  const { requestState } = asked.result;
  expect(requestState).toEqual(expect.any(String));
  const other = await retry(wire, wanted({ pathPattern: '/other' }), requestState, yes);
  expect(other.result.structuredContent.error.code).toBe('stale_ask');
  const made = await retry(wire, wanted(), requestState, yes);
  expect(made.result.structuredContent).toMatchObject({ status: 'ok', changed: true });
  const replayed = await retry(wire, wanted(), requestState, no);
  expect(replayed.result.structuredContent).toMatchObject({ status: 'ok' });
  const forged = await retry(wire, wanted(), `${requestState}x`, yes);
  expect(forged.error ?? forged.result.isError).toBeTruthy();
  await wire.close();
});

test('what changed between the showing and the yes makes the yes worth nothing', async () => {
  const add = (url: string) =>
    tollkeeper.seller.order('local', { kind: 'add_upstream', input: { name: 'moving', url } });
  expect(await add('http://127.0.0.1:10001')).toMatchObject({ ok: true });
  const wire = served();
  const args = wanted({ upstream: 'moving', upstreamUrl: undefined });
  const asked = await callModern(wire, 'paywall_create', args);
  expect(await add('http://127.0.0.1:10002')).toMatchObject({ ok: true });
  const late = await retry(wire, args, asked.result.requestState, yes);
  expect(late.result.structuredContent.error.code).toBe('APPROVAL_MISMATCH');
  await wire.close();
});

test('another owner’s paywalls and changes are not there', async () => {
  const input = wanted();
  const theirs = await tollkeeper.seller.order('somebody else', { kind: 'create', input });
  if (!theirs.ok || theirs.value.paywall === undefined) throw new Error('it was not made');
  const { id: paywallId } = theirs.value.paywall;
  const client = await desk.start('v2 modern', () => yes, SETS);
  const calls: [string, object][] = [
    ['paywall_get', { paywallId }],
    ['paywall_pause', { paywallId }],
    ['paywall_resume', { paywallId }],
    ['paywall_update', { paywallId, name: 'mine' }],
    ['paywall_settlement_list', { paywallId }],
  ];
  for (const [tool, args] of calls) {
    const { output } = await client.call(tool, args);
    expect(output.error.code).toBe('paywall_not_found');
  }
  const { output } = await client.call('paywall_list');
  expect(JSON.stringify(output)).not.toContain(paywallId);
  const taken = await client.call('paywall_create', wanted());
  expect(taken.output.error).toMatchObject({ code: 'route_conflict' });
  expect(JSON.stringify(taken.output)).not.toContain(paywallId);
  await client.close();
});

test('settlements are read page by page, each once, also those of one moment', async () => {
  const made = await tollkeeper.seller.order('local', {
    kind: 'create',
    input: { ...wanted(), status: 'paused' },
  });
  if (!made.ok || made.value.paywall === undefined) throw new Error('It was not made.');
  const { id: paywallId } = made.value.paywall;
  const { tokens, takings } = tollkeeper.store.paywalls;
  const hashes = Array.from({ length: 7 }, () => token().paymentHash);
  await Promise.all(
    hashes.map(paymentHash => tokens.keep(token({ paymentHash, paywallId, owner: 'local' }))),
  );
  await Promise.all(hashes.map((hash, at) => takings.book(NODE, receipt(at + 1, hash))));
  const client = await desk.start('v2 modern', undefined, SETS);
  const found: string[] = [];
  for (let cursor: number | undefined; ; ) {
    const page = {
      paywallId,
      limit: 3,
      ...(cursor === undefined ? {} : { beforeCreatedAtMs: cursor }),
    };
    const { output } = await client.call('paywall_settlement_list', page);
    for (const { paymentProofRef } of output.settlements) found.push(paymentProofRef);
    expect(found.length).toBeLessThanOrEqual(7);
    cursor = output.nextCursor;
    if (cursor === undefined) break;
    expect(cursor).toBe(output.settlements.at(-1).createdAtMs);
  }
  expect(found.toSorted()).toEqual(hashes.map(hash => `payment_hash:${hash}`).toSorted());
});

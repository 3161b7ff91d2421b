import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newPaywallId } from '../../src/paywall/id.ts';
import { type Connected, type Form, type Human, KINDS, type Reply } from './client.ts';
import { type Desk, openDesk } from './desk.ts';

const yes: Reply = { action: 'accept', content: { decision: 'yes' } };
const no: Reply = { action: 'accept', content: { decision: 'no' } };
const SETS = ['--tools', 'buyer,seller'];

let desk: Desk;
let round = 0;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());
beforeEach(async () => {
  round += 1;
  await desk.settle({ approvals: { coolDownMinutes: 0, maxPerHour: 100, maxPending: 50 } });
});

/** A paywall on a host of this test alone. */
const wanted = (more: object = {}) => ({
  name: `Weather ${round}`,
  policy: { fixedAmountMsats: 100_000 },
  routes: [
    {
      hostPattern: `api-${round}.example`,
      pathPattern: '/weather',
      methods: ['GET'],
      upstreamUrl: desk.shop.url,
    },
  ],
  ...more,
});

describe.each(KINDS)('with a %s client', kind => {
  let client: Connected;
  let human: Human;
  let forms: Form[];
  beforeAll(async () => {
    client = await desk.start(
      kind,
      form => {
        forms.push(form);
        return human(form);
      },
      SETS,
    );
  });
  afterAll(() => client.close());
  beforeEach(() => {
    forms = [];
    human = () => yes;
  });

  const create = (more: object = {}) => client.call('paywall_create', wanted(more));

  test('a new public route is made after a human’s yes, and the form says what it opens', async () => {
    const { output, isError } = await create();
    expect(isError).toBe(false);
    expect(output).toMatchObject({ status: 'ok', changed: true, paywall: { status: 'active' } });
    expect(output.receipt.side_effects).toEqual([
      { kind: 'paywall', target: output.paywallId, changed: true },
    ]);
    const [form] = forms;
    expect(forms).toHaveLength(1);
    expect(form?.message).toContain(`GET api-${round}.example/weather becomes public: 100 sats`);
    expect(form?.message).toContain(desk.shop.url);
    expect(form?.requestedSchema.properties).not.toEqual({});
    const { output: got } = await client.call('paywall_get', { paywallId: output.paywallId });
    expect(got.paywall).toEqual(output.paywall);
    expect(got.proposals).toEqual([]);
  });

  test('a no makes nothing, and is told as a no', async () => {
    human = () => no;
    const { output, isError } = await create();
    expect(isError).toBe(false);
    expect(output).toMatchObject({ status: 'denied', denyCode: 'approval_declined' });
    const got = await client.call('paywall_get', { paywallId: output.paywallId });
    expect(got.output.error.code).toBe('paywall_not_found');
  });

  test('a dismissed form leaves the change proposed, and the same call asks again', async () => {
    human = () => ({ action: 'cancel' });
    const { output } = await create();
    expect(output).toMatchObject({ status: 'proposed', changed: false });
    expect(output.next).toContain(`paywall approve ${output.proposal.proposalId}`);
    human = () => yes;
    const again = await create();
    expect(again.output).toMatchObject({ status: 'ok', paywallId: output.paywallId });
  });

  test('what tightens needs nobody: a pause, a higher price, fewer methods', async () => {
    const { output } = await create();
    const { paywallId } = output;
    forms = [];
    human = () => {
      throw new Error('nobody may be asked');
    };
    const [route] = wanted().routes;
    const dearer = await client.call('paywall_update', {
      paywallId,
      policy: { fixedAmountMsats: 200_000 },
      routes: [route],
    });
    expect(dearer.output).toMatchObject({ status: 'ok', changed: true });
    const paused = await client.call('paywall_pause', { paywallId, reason: 'enough for today' });
    expect(paused.output).toMatchObject({
      status: 'ok',
      paywall: { status: 'paused', open: false },
    });
    const resumed = await client.call('paywall_resume', { paywallId });
    expect(resumed.output).toMatchObject({ status: 'ok', paywall: { status: 'active' } });
    expect(forms).toEqual([]);
  });

  test.each([
    ['a lower price', { policy: { fixedAmountMsats: 1000 } }, '1 sat'],
    [
      'free requests',
      { policy: { fixedAmountMsats: 100_000, freeRequestsPerDay: 5 } },
      '5 requests',
    ],
    [
      'any number of uses',
      { policy: { fixedAmountMsats: 100_000, usesPerToken: null } },
      'any number',
    ],
  ])('%s waits for a human, who is told of it', async (_what, update, told) => {
    const { output } = await create();
    human = () => no;
    forms = [];
    const { output: denied } = await client.call('paywall_update', {
      paywallId: output.paywallId,
      ...update,
    });
    expect(denied.status).toBe('denied');
    expect(forms[0]?.message).toContain(told);
    const { output: got } = await client.call('paywall_get', { paywallId: output.paywallId });
    expect(got.paywall.policy).toEqual(output.paywall.policy);
  });

  test('after a kill switch only a human opens a paywall again', async () => {
    const { output } = await create();
    const { paywallId } = output;
    const policy = { fixedAmountMsats: 100_000 };
    const killed = await client.call('paywall_update', {
      paywallId,
      policy: { ...policy, killSwitch: true },
    });
    expect(killed.output.paywall).toMatchObject({ status: 'paused', policy: { killSwitch: true } });
    const early = await client.call('paywall_resume', { paywallId });
    expect(early.output.error.code).toBe('policy_violation');
    await client.call('paywall_update', { paywallId, policy });
    forms = [];
    const resumed = await client.call('paywall_resume', { paywallId });
    expect(resumed.output.status).toBe('ok');
    expect(forms[0]?.message).toContain('becomes public');
  });

  test('what a tool shows of policy and routes can be given back, and changes nothing', async () => {
    const { output } = await create();
    const { policy, routes, paywallId } = output.paywall;
    forms = [];
    const same = await client.call('paywall_update', { paywallId, policy, routes });
    expect(same.output).toMatchObject({ status: 'ok', changed: false });
    expect(forms).toEqual([]);
  });

  test('lists come newest first, by status, with what waits; settlements are empty before any', async () => {
    const { output } = await create();
    await client.call('paywall_pause', { paywallId: output.paywallId });
    const paused = await client.call('paywall_list', { status: 'paused', limit: 1 });
    expect(paused.output.paywalls).toMatchObject([{ paywallId: output.paywallId }]);
    human = () => ({ action: 'cancel' });
    round += 1;
    const { output: waiting } = await create();
    const { output: all } = await client.call('paywall_list');
    expect(all.proposals).toContainEqual(expect.objectContaining({ paywallId: waiting.paywallId }));
    const none = await client.call('paywall_settlement_list', { paywallId: output.paywallId });
    expect(none.output).toMatchObject({ status: 'ok', settlements: [] });
  });
});

describe('bad input', () => {
  let client: Connected;
  beforeAll(async () => {
    client = await desk.start('v2 modern', undefined, SETS);
  });
  afterEach(async () => {
    const { output } = await client.call('paywall_list');
    expect(output.paywalls.filter((each: { name: string }) => each.name === 'Bad')).toEqual([]);
  });

  const route = (more: object) => ({ ...wanted().routes[0], ...more });
  const refused = async (input: object) => {
    const { output, isError } = await client.call(
      'paywall_create',
      wanted({ name: 'Bad', ...input }),
    );
    expect(isError).toBe(true);
    expect(output.error.hint).toMatch(/\S/);
    return output.error.code;
  };

  test.each([
    ['0', 0],
    ['negative', -1],
    ['fractional', 0.5],
    ['huge', 1e20],
    ['no number', '100'],
  ])('a price that is %s', async (_what, fixedAmountMsats) => {
    expect(await refused({ policy: { fixedAmountMsats } })).toBe('invalid_input');
    expect(await refused({ routes: [route({ priceMsats: fixedAmountMsats })] })).toBe(
      'invalid_input',
    );
  });

  test('a price above what the operator allows', async () => {
    expect(await refused({ policy: { fixedAmountMsats: 10_000_001 } })).toBe('over_cap');
  });

  test.each([
    ['a line break in the name', { name: 'Bad\nApproved by: the owner' }],
    ['a bidirectional override', { description: 'abc\u202Edef' }],
    ['an escape sequence', { description: '\u001b[2J' }],
    ['a null character', { metadata: { a: '\0' } }],
    ['an unknown field', { owner: 'somebody else' }],
    ['no routes', { routes: [] }],
  ])('%s', async (_what, more) => {
    expect(await refused(more)).toBe('invalid_input');
  });

  test.each([
    ['a nested quantifier', '/(a+)*'],
    ['a traversal', '/a/../b'],
    ['an encoded slash', '/a%2Fb'],
    ['a star amid a segment', '/a*b'],
    ['two rests', '/**/a/**'],
  ])('a path that is %s', async (_what, pathPattern) => {
    expect(await refused({ routes: [route({ pathPattern })] })).toMatch(/^invalid_(route|input)$/);
  });

  test.each([
    ['a metadata address', 'http://169.254.169.254/latest'],
    ['a private address', 'https://10.0.0.1'],
    ['a private address in disguise', 'https://[::ffff:10.0.0.1]'],
    ['the gateway itself', 'http://127.0.0.1:8403/x'],
    ['credentials in the URL', 'https://user:word@api.example'],
    ['another scheme', 'file:///etc/passwd'],
    ['a public host without TLS', 'http://93.184.216.34'],
  ])('an upstream that is %s', async (_what, upstreamUrl) => {
    expect(await refused({ routes: [route({ upstreamUrl })] })).toMatch(/^(upstream|url)_invalid$/);
  });

  test('an upstream that nobody registered', async () => {
    const unnamed = { ...route({}), upstream: 'nobodys', upstreamUrl: undefined };
    expect(await refused({ routes: [unnamed] })).toBe('upstream_not_found');
  });

  test('both an upstream and a URL', async () => {
    expect(await refused({ routes: [route({ upstream: 'mine' })] })).toBe('invalid_route');
  });

  test('routes that take each other’s requests', async () => {
    const routes = [route({ pathPattern: '/a/*' }), route({ pathPattern: '/*/b' })];
    expect(await refused({ routes })).toBe('route_conflict');
  });

  test('ids of nobody and of no form', async () => {
    const unknown = newPaywallId('pw');
    for (const tool of ['paywall_get', 'paywall_pause', 'paywall_resume', 'paywall_update']) {
      const { output } = await client.call(tool, { paywallId: unknown });
      expect(output.error.code).toBe('paywall_not_found');
      const odd = await client.call(tool, { paywallId: '../pw' });
      expect(odd.output.error.code).toBe('invalid_input');
    }
  });
});

test('where no form can be shown, the change waits for the terminal', async () => {
  const client = await desk.start('v2 modern', undefined, SETS);
  const { output } = await client.call('paywall_create', wanted());
  expect(output).toMatchObject({ status: 'proposed', changed: false });
  expect(output.next).toContain('paywall approve');
  await client.close();
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { least, MINUTE, type Msat, msat, sats, ZERO } from '../../src/base/index.ts';
import {
  accessOf,
  decide,
  type Matter,
  mayContact,
  roomLeft,
  type Spending,
  type WrittenSettings,
} from '../../src/policy/index.ts';
import { cases, policyFrom } from './arbitrary.ts';

const NOW = Date.UTC(2026, 0, 15);
const HOST = 'shop.example';

const nothing: Spending = {
  paused: false,
  spend: { hostDay: ZERO, hour: ZERO, day: ZERO, total: ZERO, unclaimed: ZERO },
  grants: new Map(),
  allowances: [],
  inFlight: { host: 0, all: 0 },
  asks: { pending: 0, lastHour: 0, deniedAt: 0 },
};

const matter = (change: Partial<Matter> = {}): Matter => ({
  host: HOST,
  method: 'GET',
  price: sats(100),
  maxSpend: undefined,
  requireApproval: false,
  now: NOW,
  ...change,
});

/** Decides a purchase of 100 sats, all but what is named being as in a fresh data directory. */
function decision(
  settings: WrittenSettings = {},
  purchase: Partial<Matter> = {},
  books: Partial<Spending> = {},
) {
  return decide(policyFrom(settings), matter(purchase), { ...nothing, ...books });
}

const spent = (spend: Partial<Spending['spend']>): Partial<Spending> => ({
  spend: { ...nothing.spend, ...spend },
});
const allowance = (limit: Msat, host = HOST): Partial<Spending> => ({
  allowances: [{ id: 'allow_1', host, limit, expiresAt: NOW + MINUTE }],
});
const rule = { host: HOST, maxSats: 200, maxSatsPerDay: 300 };

describe('a purchase is denied', () => {
  test('while spending is paused, before all else', () => {
    const settings = { paused: true, hosts: { block: [HOST] } };
    expect(decision(settings)).toEqual({ kind: 'deny', code: 'global_pause_active' });
  });

  test('on a blocked host, even one that is allowed', () => {
    const hosts = { block: [HOST], allow: [HOST] };
    expect(decision({ hosts })).toEqual({ kind: 'deny', code: 'host_blocked' });
  });

  test('on a host that an allow-list leaves out, even a private one', () => {
    const hosts = { allow: ['other.example'], private: [HOST] };
    expect(decision({ hosts })).toEqual({ kind: 'deny', code: 'host_not_allowlisted' });
  });

  test('above the cap of the operator, naming it', () => {
    expect(decision({}, { price: msat(1_000_001) })).toEqual({
      kind: 'deny',
      code: 'amount_over_cap',
      detail: 'caps.requestSats allows 1,000 sats, the price is 1,001 sats.',
    });
  });

  test('above the limit of the caller, naming it; a limit of nothing buys nothing', () => {
    expect(decision({}, { price: msat(1), maxSpend: ZERO })).toEqual({
      kind: 'deny',
      code: 'amount_over_cap',
      detail: 'maxSpendMsats allows 0 sats, the price is 1 sat.',
    });
    expect(decision({}, { price: undefined, method: 'POST', maxSpend: ZERO })).toMatchObject({
      code: 'amount_over_cap',
    });
  });

  test('whatever more the caller would pay than the operator', () => {
    expect(decision({}, { price: sats(1001), maxSpend: sats(9999) })).toMatchObject({
      kind: 'deny',
      detail: expect.stringContaining('caps.requestSats'),
    });
  });

  test.each([
    [{ hostDay: sats(4901) }, 'caps.hostSats leaves 99 sats; this needs 100 sats.'],
    [{ hour: msat(4_900_001) }, 'caps.hourSats leaves 99 sats; this needs 100 sats.'],
    [{ day: sats(20_000) }, 'caps.daySats leaves 0 sats; this needs 100 sats.'],
    [{ total: sats(999_950) }, 'caps.totalSats leaves 50 sats; this needs 100 sats.'],
  ])('beyond a window, naming the tightest', (spend, detail) => {
    expect(decision({}, {}, spent(spend))).toEqual({
      kind: 'deny',
      code: 'BUDGET_EXCEEDED',
      detail,
    });
  });
});

describe('a human is asked', () => {
  test('about the price and the fees that the settings add', () => {
    expect(decision()).toEqual({ kind: 'ask', ceiling: sats(106) });
    expect(decision({}, { price: msat(1) })).toEqual({ kind: 'ask', ceiling: msat(5_002) });
  });

  test.each([
    [{ maxSpend: sats(103) }, {}, sats(103)],
    [{ maxSpend: sats(100) }, {}, sats(100)],
    [{}, spent({ hour: sats(4899) }), sats(101)],
  ])('about no more than limits and windows leave, fees in', (purchase, books, ceiling) => {
    expect(decision({}, purchase, books)).toEqual({ kind: 'ask', ceiling });
  });

  test('before a request that may change something is sent, about all that it could cost', () => {
    const unpriced = { price: undefined, method: 'POST' };
    expect(decision({}, unpriced)).toEqual({ kind: 'ask', ceiling: sats(1000) });
    expect(decision({}, unpriced, spent({ day: sats(9990) }))).toEqual({
      kind: 'ask',
      ceiling: sats(10),
    });
    expect(decision({}, unpriced, spent({ day: sats(10_000) }))).toMatchObject({
      code: 'BUDGET_EXCEEDED',
    });
  });

  test.each([
    [{ deniedAt: NOW - 9 * MINUTE }, 'The host may be asked about in 1 min.'],
    [{ deniedAt: NOW + MINUTE }, 'The host may be asked about in 11 min.'],
    [{ pending: 5 }, '5 questions already wait for an answer.'],
    [{ lastHour: 10 }, '10 questions were asked within the hour.'],
  ])('but not again so soon', (asks, detail) => {
    const books = { asks: { ...nothing.asks, ...asks } };
    expect(decision({}, {}, books)).toEqual({ kind: 'deny', code: 'APPROVAL_THROTTLED', detail });
  });

  test('once the cool-down of a no is over', () => {
    const asks = { ...nothing.asks, deniedAt: NOW - 10 * MINUTE };
    expect(decision({}, {}, { asks }).kind).toBe('ask');
  });
});

describe('a rule or an allowance', () => {
  test('approves what fits, fees in', () => {
    expect(decision({ autoApprove: [rule] })).toEqual({
      kind: 'approve',
      by: { kind: 'rule', grant: `rule:${HOST}` },
      ceiling: sats(106),
    });
  });

  test('approves at its very limit, with less or nothing left for fees', () => {
    const autoApprove = [{ ...rule, maxSats: 100 }];
    expect(decision({ autoApprove })).toMatchObject({ kind: 'approve', ceiling: sats(100) });
    expect(decision({}, {}, allowance(sats(101)))).toMatchObject({ ceiling: sats(101) });
  });

  test('asks above its limits', () => {
    expect(decision({ autoApprove: [{ ...rule, maxSats: 99 }] }).kind).toBe('ask');
    const grants = new Map([[`rule:${HOST}`, sats(201)]]);
    expect(decision({ autoApprove: [rule] }, {}, { grants }).kind).toBe('ask');
    const used = new Map([['allow_1', sats(1)]]);
    expect(decision({}, {}, { ...allowance(sats(100)), grants: used }).kind).toBe('ask');
  });

  test('of another host approves nothing', () => {
    expect(decision({ autoApprove: [{ ...rule, host: `*.${HOST}` }] }).kind).toBe('ask');
    expect(decision({}, {}, allowance(sats(500), 'other.example')).kind).toBe('ask');
  });

  test('never approves what the caller wants a human to see', () => {
    const purchase = { requireApproval: true };
    expect(decision({ autoApprove: [rule] }, purchase, allowance(sats(500))).kind).toBe('ask');
  });

  test('approves other methods only where the host is open for them', () => {
    const purchase = { method: 'POST' };
    const autoApprove = [rule];
    const hosts = { methods: [{ host: HOST, methods: ['POST' as const] }] };
    expect(decision({ autoApprove }, purchase, allowance(sats(500))).kind).toBe('ask');
    expect(decision({ autoApprove, hosts }, purchase).kind).toBe('approve');
    expect(decision({ autoApprove, hosts }, { method: 'PUT' }).kind).toBe('ask');
    expect(decision({ autoApprove, hosts }, { method: 'POST', price: undefined }).kind).toBe('ask');
  });

  test('goes to the allowance first, then to the rule with most room', () => {
    const autoApprove = [
      { host: `${HOST}:*`, maxSats: 101, maxSatsPerDay: 500 },
      { host: HOST, maxSats: 300, maxSatsPerDay: 500 },
    ];
    expect(decision({ autoApprove })).toMatchObject({ by: { grant: `rule:${HOST}` } });
    expect(decision({ autoApprove }, {}, allowance(sats(100)))).toMatchObject({
      by: { kind: 'allowance', grant: 'allow_1' },
      ceiling: sats(100),
    });
  });

  test('still serves while questions are throttled', () => {
    const asks = { pending: 5, lastHour: 10, deniedAt: NOW };
    expect(decision({ autoApprove: [rule] }, {}, { asks }).kind).toBe('approve');
  });
});

test('no ceiling is below the price or above cap, caller, windows, grant or fee limit', () => {
  fc.assert(
    fc.property(cases(1), ({ policies: [policy], matter: purchase, spending }) => {
      const decided = decide(policy!, purchase, spending);
      if (decided.kind === 'deny') return;
      const { caps, fees } = policy!;
      const cap = least(caps.request, purchase.maxSpend ?? caps.request);
      expect(decided.ceiling).toBeLessThanOrEqual(least(cap, roomLeft(policy!, spending)));
      const price = purchase.price ?? msat(1);
      expect(decided.ceiling).toBeGreaterThanOrEqual(price);
      if (purchase.price === undefined) return;
      const most = Number(price) + Number(fees.base) + (Number(price) * fees.percent) / 100;
      expect(Number(decided.ceiling)).toBeLessThanOrEqual(Math.ceil(most + 1e-6));
      if (decided.kind !== 'approve') return;
      const used = spending.grants.get(decided.by.grant) ?? ZERO;
      const allowed = spending.allowances.find(({ id }) => id === decided.by.grant)?.limit;
      const ruled = policy!.autoApprove.find(({ grant }) => grant === decided.by.grant);
      expect(used + decided.ceiling).toBeLessThanOrEqual(allowed ?? ruled!.day);
      expect(decided.ceiling).toBeLessThanOrEqual(allowed ?? ruled!.each);
    }),
    { numRuns: 3000 },
  );
});

describe('before any price is known', () => {
  const policy = policyFrom({
    hosts: {
      block: ['bad.example'],
      methods: [{ host: '*.open.example', methods: ['POST'] }],
      private: ['127.0.0.1:8402'],
      plainHttp: ['plain.example'],
    },
  });

  test.each([
    ['GET', HOST, 'send'],
    ['HEAD', HOST, 'send'],
    ['POST', HOST, 'ask'],
    ['POST', 'a.open.example', 'send'],
    ['DELETE', 'a.open.example', 'ask'],
    ['get', HOST, 'ask'],
  ])('%s to %s: %s', (method, host, may) => {
    expect(mayContact(policy, { host, method })).toBe(may);
  });

  test('nothing at all is sent to a blocked host', () => {
    const refused = { ok: false, code: 'host_blocked' };
    expect(mayContact(policy, { host: 'bad.example', method: 'GET' })).toEqual(refused);
    expect(accessOf(policy)(new URL('https://BAD.example./x'))).toEqual(refused);
  });

  test.each([
    ['https://shop.example/', false, false],
    ['http://127.0.0.1:8402/a', true, true],
    ['http://127.0.0.1:8403/a', false, false],
    ['http://plain.example/', false, true],
  ])('%s is opened no further than its host is listed', (url, privateAddresses, plainHttp) => {
    expect(accessOf(policy)(new URL(url))).toEqual({
      ok: true,
      value: { privateAddresses, plainHttp },
    });
  });
});

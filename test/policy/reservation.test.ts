import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { least, type Msat, msat, sats, sum, ZERO } from '../../src/base/index.ts';
import {
  decide,
  type Reservation,
  reservable,
  type Spending,
  type WrittenSettings,
} from '../../src/policy/index.ts';
import { cases, hosts, policies, policyFrom, sums } from './arbitrary.ts';

const HOST = 'shop.example';
const nothing: Spending = {
  paused: false,
  spend: { hostDay: ZERO, hour: ZERO, day: ZERO, total: ZERO, unclaimed: ZERO },
  grants: new Map(),
  allowances: [],
  inFlight: { host: 0, all: 0 },
  asks: { pending: 0, lastHour: 0, deniedAt: 0 },
};

/** Reserves 100 sats under an approval of 106. */
function reserve(
  settings: WrittenSettings = {},
  wanted: Partial<Reservation> = {},
  books: Partial<Spending> = {},
) {
  const reservation = { host: HOST, amount: sats(100), ceiling: sats(106), ...wanted };
  return reservable(policyFrom(settings), { ...nothing, ...books }, reservation);
}
const spent = (spend: Partial<Spending['spend']>): Partial<Spending> => ({
  spend: { ...nothing.spend, ...spend },
});
const fees = (feeLimit: Msat) => ({ ok: true, value: { feeLimit } });

describe('right before money is held', () => {
  test('the fee limit is what the approval left for fees', () => {
    expect(reserve()).toEqual(fees(sats(6)));
    expect(reserve({}, { ceiling: sats(100) })).toEqual(fees(ZERO));
    expect(reserve({}, { amount: sats(80) })).toEqual(fees(msat(5_800)));
  });

  test('the fee limit shrinks to what the windows have left by now', () => {
    expect(reserve({}, {}, spent({ hostDay: sats(4898) }))).toEqual(fees(sats(2)));
    expect(reserve({}, {}, spent({ hour: sats(4900) }))).toEqual(fees(ZERO));
  });

  test.each<[string, WrittenSettings, Partial<Reservation>, Partial<Spending>]>([
    ['global_pause_active', { paused: true }, {}, {}],
    ['host_blocked', { hosts: { block: [HOST] } }, {}, {}],
    ['host_not_allowlisted', { hosts: { allow: ['a.example'] } }, {}, {}],
    ['amount_over_cap', { caps: { requestSats: 99 } }, {}, {}],
    ['APPROVAL_MISMATCH', {}, { amount: msat(106_001) }, {}],
    ['BUDGET_EXCEEDED', {}, {}, spent({ day: msat(9_900_001) })],
    ['PAYMENTS_IN_FLIGHT', {}, {}, { inFlight: { host: 1, all: 1 } }],
    ['PAYMENTS_IN_FLIGHT', {}, {}, { inFlight: { host: 0, all: 5 } }],
  ])('it is refused with %s', (code, settings, wanted, books) => {
    expect(reserve(settings, wanted, books)).toMatchObject({ ok: false, code });
  });

  test('a rule that was used up, or taken out, no longer covers it', () => {
    const autoApprove = [{ host: HOST, maxSats: 200, maxSatsPerDay: 300 }];
    const grant = `rule:${HOST}`;
    const grants = (used: Msat) => ({ grants: new Map([[grant, used]]) });
    expect(reserve({ autoApprove }, { grant }, grants(sats(197)))).toEqual(fees(sats(3)));
    const no = { ok: false, code: 'APPROVAL_MISMATCH' };
    expect(reserve({ autoApprove }, { grant }, grants(sats(201)))).toMatchObject(no);
    expect(reserve({}, { grant })).toMatchObject(no);
  });

  test('an allowance that was taken back no longer covers it', () => {
    const allowances = [{ id: 'allow_1' as const, host: HOST, limit: sats(103), expiresAt: 1 }];
    expect(reserve({}, { grant: 'allow_1' }, { allowances })).toEqual(fees(sats(3)));
    expect(reserve({}, { grant: 'allow_1' })).toMatchObject({ code: 'APPROVAL_MISMATCH' });
  });
});

test('whatever is approved can be reserved on the same books, within its ceiling', () => {
  fc.assert(
    fc.property(cases(1), ({ policies: [policy], matter, spending }) => {
      const decided = decide(policy!, matter, spending);
      if (decided.kind === 'deny' || matter.price === undefined) return;
      const idle = { ...spending, inFlight: { host: 0, all: 0 } };
      const { ceiling } = decided;
      const grant = decided.kind === 'approve' ? decided.by.grant : undefined;
      const wanted = { host: matter.host, amount: matter.price, ceiling, grant };
      const reserved = reservable(policy!, idle, wanted);
      expect(reserved).toEqual(fees(msat(ceiling - matter.price)));
    }),
    { numRuns: 3000 },
  );
});

/** Books that remember every sum that was held, as if all of it happened within the hour. */
function ledger() {
  const held: { readonly host: string; readonly grant: string | undefined; readonly sum: Msat }[] =
    [];
  const total = (of: (row: (typeof held)[number]) => boolean) =>
    sum(...held.filter(of).map(row => row.sum));
  const all = () => total(() => true);
  const onHost = (host: string) => total(row => row.host === host);
  const under = (grant: string) => total(row => row.grant === grant);
  const hold = (host: string, grant: string | undefined, sum: Msat) =>
    held.push({ host, grant, sum });
  return { all, onHost, under, hold };
}

test('however purchases follow one another, no window, rule or cap is ever overspent', () => {
  const attempt = fc.record({ host: hosts, amount: sums, ceiling: sums, ruled: fc.boolean() });
  fc.assert(
    fc.property(policies, fc.array(attempt, { maxLength: 30 }), (policy, attempts) => {
      const { caps, autoApprove } = policy;
      const books = ledger();
      for (const { host, amount, ceiling, ruled } of attempts) {
        const all = books.all();
        const onHost = books.onHost(host);
        const spend = { hostDay: onHost, hour: all, day: all, total: all, unclaimed: ZERO };
        const grants = new Map(autoApprove.map(({ grant }) => [grant, books.under(grant)]));
        const grant = ruled ? autoApprove[0]?.grant : undefined;
        const wanted = { host, amount, ceiling, grant };
        const reserved = reservable(policy, { ...nothing, spend, grants }, wanted);
        if (!reserved.ok) continue;
        const held = sum(amount, reserved.value.feeLimit);
        expect(held).toBeLessThanOrEqual(least(ceiling, caps.request));
        books.hold(host, grant, held);
        expect(books.all()).toBeLessThanOrEqual(least(caps.hour, caps.day, caps.total));
        expect(books.onHost(host)).toBeLessThanOrEqual(caps.host);
      }
      for (const { grant, day } of autoApprove) expect(books.under(grant)).toBeLessThanOrEqual(day);
    }),
    { numRuns: 500 },
  );
});

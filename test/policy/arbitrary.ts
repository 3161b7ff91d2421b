import fc from 'fast-check';
import { type Msat, msat } from '../../src/base/index.ts';
import {
  type Matter,
  type Policy,
  parseSettings,
  policyOf,
  type Spending,
  type WrittenSettings,
} from '../../src/policy/index.ts';

const NAMES = ['example', 'a.example', 'b.a.example', 'shop.test', '127.0.0.1', '[::1]'];

/** Hosts as `URL.host` has them; few, so that patterns often meet them. */
export const hosts = fc
  .tuple(fc.constantFrom(...NAMES), fc.constantFrom('', ':8402', ':8443'))
  .map(parts => parts.join(''));

const patterns = fc.oneof(
  hosts,
  fc.constantFrom(...NAMES).map(name => `${name}:*`),
  fc.constantFrom('*.example', '*.a.example', '*.example:8443', '*.example:*', '*.test:8402'),
);
const lists = fc.array(patterns, { maxLength: 3 });
const amounts = fc.integer({ min: 0, max: 60 });

const methods = fc.record({
  host: patterns,
  methods: fc.uniqueArray(fc.constantFrom('POST' as const, 'PUT' as const, 'DELETE' as const), {
    minLength: 1,
  }),
});
const rule = fc.record({
  host: patterns,
  maxSats: fc.integer({ min: 1, max: 40 }),
  maxSatsPerDay: fc.integer({ min: 1, max: 60 }),
});

/** Settings that a human could write, with sums small enough for limits to bite. */
export const written: fc.Arbitrary<WrittenSettings> = fc.record({
  paused: fc.integer({ min: 0, max: 9 }).map(n => n === 0),
  caps: fc.record({
    requestSats: amounts,
    hostSats: amounts,
    hourSats: amounts,
    daySats: amounts,
    totalSats: amounts,
  }),
  fees: fc.record({
    baseSats: fc.integer({ min: 0, max: 5 }),
    percent: fc.integer({ min: 0, max: 2000 }).map(n => n / 100),
  }),
  hosts: fc.record({
    allow: lists,
    block: fc.array(patterns, { maxLength: 1 }),
    private: lists,
    plainHttp: lists,
    methods: fc.array(methods, { maxLength: 3 }),
  }),
  autoApprove: fc.uniqueArray(rule, { maxLength: 3, selector: ({ host }) => host }),
  approvals: fc.record({
    expiresMinutes: fc.integer({ min: 1, max: 60 }),
    maxPending: fc.integer({ min: 1, max: 4 }),
    maxPerHour: fc.integer({ min: 1, max: 4 }),
    coolDownMinutes: fc.integer({ min: 0, max: 10 }),
  }),
  payments: fc.record({
    maxInFlight: fc.integer({ min: 1, max: 3 }),
    maxInFlightPerHost: fc.integer({ min: 1, max: 2 }),
  }),
  seller: fc.record({
    paused: fc.boolean(),
    hosts: lists,
    maxPriceSats: fc.integer({ min: 1, max: 9 }),
    upstreams: fc.record({ loopback: fc.boolean(), private: fc.boolean() }),
    listen: fc.constantFrom('127.0.0.1:8403', '0.0.0.0:443'),
    trustedProxies: fc.uniqueArray(fc.constantFrom('10.0.0.1', '10.0.0.0/8', '::1')),
    requireSettled: fc.boolean(),
    mint: fc.record({ perClient: fc.integer({ min: 1, max: 9 }) }),
  }),
});

/** Policies from such settings. */
export const policies: fc.Arbitrary<Policy> = written.map(policyFrom);

/** The policy of settings, which must be valid. */
export function policyFrom(settings: WrittenSettings): Policy {
  const parsed = parseSettings(settings);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return policyOf(parsed.settings);
}

/** Sums in msat up to some sats, whole sats rarely. */
export const sums: fc.Arbitrary<Msat> = fc.integer({ min: 0, max: 60_000 }).map(n => msat(n));
const prices = fc.integer({ min: 1, max: 60_000 }).map(n => msat(n));

const NOW = Date.UTC(2026, 0, 15);

/** Purchases to decide, at one moment. */
export const matters: fc.Arbitrary<Matter> = fc.record({
  host: hosts,
  method: fc.constantFrom('GET', 'GET', 'HEAD', 'POST', 'PUT'),
  price: fc.option(prices, { nil: undefined, freq: 9 }),
  maxSpend: fc.option(sums, { nil: undefined }),
  requireApproval: fc.boolean(),
  now: fc.constant(NOW),
});

/** Books in any state, with an allowance for the matter's host half of the time. */
export function spendings(policy: readonly Policy[], host: string): fc.Arbitrary<Spending> {
  const grants = policy.flatMap(({ autoApprove }) => autoApprove.map(({ grant }) => grant));
  const allowance = fc.record({
    id: fc.constant('allow_1' as const),
    host: fc.constant(host),
    limit: sums,
    expiresAt: fc.constant(NOW + 1000),
  });
  return fc.record({
    paused: fc.integer({ min: 0, max: 19 }).map(n => n === 0),
    spend: fc.record({ hostDay: low(), hour: low(), day: low(), total: low(), unclaimed: low() }),
    grants: fc
      .tuple(...[...grants, 'allow_1'].map(grant => low().map(sum => [grant, sum] as const)))
      .map(entries => new Map(entries)),
    allowances: fc.array(allowance, { maxLength: 1 }),
    inFlight: fc.record({ host: fc.nat(2), all: fc.nat(3) }),
    asks: fc.record({
      pending: fc.nat(4),
      lastHour: fc.nat(4),
      deniedAt: fc.constantFrom(0, 0, NOW - 300_000, NOW + 300_000),
    }),
  });
}

/** Mostly small sums, so that much is still allowed. */
function low(): fc.Arbitrary<Msat> {
  return fc.oneof(
    fc.constant(msat(0)),
    fc.nat(20_000).map(n => msat(n)),
    sums,
  );
}

/** A matter with books and some policies to judge it by. */
export function cases(count: number) {
  return fc
    .tuple(fc.array(policies, { minLength: count, maxLength: count }), matters)
    .chain(([among, matter]) =>
      fc.record({
        policies: fc.constant(among),
        matter: fc.constant(matter),
        spending: spendings(among, matter.host),
      }),
    );
}

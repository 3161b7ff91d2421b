import fc from 'fast-check';
import { expect, test } from 'vitest';
import { msat } from '../../src/base/index.ts';
import { type Exposure, priceOf, widening } from '../../src/paywall/exposure.ts';
import type { Paywall } from '../../src/paywall/paywall.ts';
import type { PaywallPolicy } from '../../src/paywall/policy.ts';
import type { Route, RouteMethod } from '../../src/paywall/route.ts';
import { conflictOf, routeTable } from '../../src/paywall/route-table.ts';
import { hostPatterns, pathPatterns, REQUESTS } from './arbitrary.ts';

const POLICY: PaywallPolicy = {
  pricingMode: 'fixed',
  fixedAmountMsats: msat(10),
  maxPerRequestMsats: undefined,
  allowedHosts: [],
  blockedHosts: [],
  quotaPerMinute: undefined,
  quotaPerDay: undefined,
  killSwitch: false,
  freeRequestsPerDay: 0,
  usesPerToken: 1,
  tokenTtlMs: 1000,
  tokenScope: 'path',
  bindMethod: false,
  bindBody: false,
};
const METHODS: readonly RouteMethod[] = ['GET', 'POST'];

const routes = fc.record({
  id: fc.constant('route_1' as const),
  hostPattern: hostPatterns,
  pathPattern: pathPatterns,
  methods: fc.constantFrom<readonly RouteMethod[]>(['GET'], ['POST'], METHODS),
  target: fc.constantFrom('api', 'other').map(name => ({ kind: 'named' as const, name })),
  timeoutMs: fc.constant(1000),
  priority: fc.constant(0),
  priceMsats: fc.constantFrom(undefined, msat(5), msat(10), msat(20)),
});
const exposures = fc.array(routes, { minLength: 1, maxLength: 4 }).map(some => {
  // As the registry would have it: nothing in it conflicts.
  const kept: Route[] = [];
  for (const [at, route] of some.entries()) {
    const next = [...kept, { ...route, id: `route_${at}` as const }];
    if (conflictOf(paywall(next), []) === undefined) kept.push(next.at(-1)!);
  }
  return { policy: POLICY, routes: kept };
});

const paywall = (some: readonly Route[]) =>
  ({
    id: 'pw_1',
    owner: 'alice',
    status: 'active',
    opened: true,
    routes: some,
    policy: POLICY,
  }) as unknown as Paywall;

/** Tells what a request costs and where it goes; undefined if nobody serves it. */
function serving({ routes: some, policy }: Exposure) {
  const table = routeTable([paywall(some)]);
  return (host: string, path: string, method: RouteMethod) => {
    const found = table.find(host, path).map(each => each.route);
    const route = found.find(each => each.methods.includes(method));
    const { target } = route ?? {};
    return route && { price: priceOf(route, policy), to: JSON.stringify(target) };
  };
}

/** Whether some request is public, cheaper, or served by another in `wanted` than in `approved`. */
function harms(approved: Exposure, wanted: Exposure): boolean {
  const [before, after] = [serving(approved), serving(wanted)];
  return REQUESTS.some(({ host, path }) =>
    METHODS.some(method => {
      const [was, is] = [before(host, path, method), after(host, path, method)];
      if (is === undefined) return false;
      return was === undefined || is.price < was.price || was.to !== is.to;
    }),
  );
}

test('no request becomes public, cheaper, or somebody else’s without a human being told', () => {
  fc.assert(
    fc.property(exposures, exposures, (approved, wanted) => {
      if (widening(approved, wanted).length === 0) expect(harms(approved, wanted)).toBe(false);
    }),
    { numRuns: 3000 },
  );
});

test('what is a part of what was approved, at no lower price, needs nobody', () => {
  fc.assert(
    fc.property(exposures, fc.nat(), (approved, which) => {
      const dearer = approved.routes.map(route => ({ ...route, priceMsats: msat(30) }));
      expect(widening(approved, { ...approved, routes: dearer })).toEqual([]);
      expect(widening(approved, approved)).toEqual([]);
      const one = approved.routes[which % approved.routes.length]!;
      const narrow = { ...approved, routes: [{ ...one, methods: ['GET' as const] }] };
      // Alone it may take what a narrower one took that is gone: then a human is told, which is never wrong.
      if (harms(approved, narrow)) expect(widening(approved, narrow)).not.toEqual([]);
    }),
    { numRuns: 1000 },
  );
});

test('the first time, all of it is told', () => {
  const routesOf = fc.sample(exposures, 1)[0]!;
  expect(widening(undefined, routesOf).length).toBeGreaterThanOrEqual(routesOf.routes.length + 3);
});

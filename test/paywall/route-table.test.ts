import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matches, overlap } from '../../src/paywall/pattern.ts';
import type { Paywall } from '../../src/paywall/paywall.ts';
import { segmentsOf } from '../../src/paywall/request-path.ts';
import { ROUTE_METHODS, type Route, type RouteMethod } from '../../src/paywall/route.ts';
import { conflictOf, type Listed, listedOf, routeTable } from '../../src/paywall/route-table.ts';
import { hostPatterns, pathPatterns, REQUESTS } from './arbitrary.ts';

let made = 0;
function route(text: string, methods: readonly RouteMethod[] = ROUTE_METHODS): Route {
  const slash = text.indexOf('/');
  const [hostPattern, pathPattern] = [text.slice(0, slash), text.slice(slash)];
  made += 1;
  const target = { kind: 'named', name: 'api' } as const;
  const rest = { timeoutMs: 15_000, priority: 0, priceMsats: undefined };
  return { id: `route_${made}`, hostPattern, pathPattern, methods, target, ...rest };
}

const paywall = (routes: readonly Route[], more: Partial<Paywall> = {}): Paywall =>
  ({
    id: `pw_${made}`,
    owner: 'alice',
    status: 'active',
    opened: true,
    routes,
    ...more,
  }) as Paywall;

/** Whose routes they are, each with its pattern and methods. */
const routes = fc
  .tuple(
    hostPatterns,
    pathPatterns,
    fc.constantFrom<readonly RouteMethod[]>(['GET'], ['GET', 'POST'], ['POST']),
  )
  .map(([host, path, methods]) => route(host + path, methods));
const paywalls = fc
  .tuple(fc.array(routes, { minLength: 1, maxLength: 3 }), fc.constantFrom('alice', 'alice', 'bob'))
  .map(([some, owner]) => paywall(some, { owner }));
const worlds = fc.array(paywalls, { minLength: 1, maxLength: 3 });

/** The world without whatever conflicts with what came before it. */
function sound(world: readonly Paywall[]): readonly Paywall[] {
  const kept: Paywall[] = [];
  for (const next of world) if (conflictOf(next, kept) === undefined) kept.push(next);
  return kept;
}

const idsOf = (found: readonly Listed[]) => found.map(each => each.route.id).sort();

describe('the route of a request', () => {
  test.each([
    ['x.a', '/p', 'x.a/p'],
    ['x.a', '/q', 'x.a/*'],
    ['x.a', '/p/p', 'x.a/**'],
    ['y.x.a', '/p', '*.x.a/p'],
    ['y.x.a', '/q', '*.a/**'],
    ['z.a', '/p', '*.a/**'],
    ['a', '/p', undefined],
  ])('%s%s is %s: the narrowest host, then the narrowest path', (host, path, expected) => {
    const texts = ['*.a/**', '*.x.a/p', 'x.a/**', 'x.a/*', 'x.a/p'];
    const [found] = routeTable([paywall(texts.map(text => route(text)))]).find(host, path);
    expect(found && found.route.hostPattern + found.route.pathPattern).toBe(expected);
  });

  test('is one of several only where their methods differ', () => {
    const [get, post] = [route('a/p', ['GET']), route('a/p', ['POST'])];
    expect(idsOf(routeTable([paywall([get, post])]).find('a', '/p'))).toEqual([get.id, post.id]);
  });

  test('is not one of an archived paywall', () => {
    const archived = paywall([route('a/p')], { status: 'archived' });
    expect(routeTable([archived]).find('a', '/p')).toEqual([]);
  });

  test('depends on no order, and is found whenever a route takes the request', () => {
    fc.assert(
      fc.property(worlds, fc.nat(), (world, turn) => {
        const kept = sound(world);
        fc.pre(kept.length > 0);
        const shuffled = [...kept.slice(turn % kept.length), ...kept.slice(0, turn % kept.length)]
          .map(each => ({ ...each, routes: each.routes.toReversed() }))
          .toReversed();
        const [table, other] = [routeTable(kept), routeTable(shuffled)];
        for (const { host, path } of REQUESTS) {
          const found = table.find(host, path);
          expect(idsOf(other.find(host, path))).toEqual(idsOf(found));
          const takers = listedOf(kept).filter(({ pattern }) =>
            matches(pattern, host, segmentsOf(path)),
          );
          expect(found.length > 0).toBe(takers.length > 0);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('is one alone for each method, where nothing conflicts', () => {
    fc.assert(
      fc.property(worlds, world => {
        const table = routeTable(sound(world));
        for (const { host, path } of REQUESTS) {
          const methods = table.find(host, path).flatMap(each => each.route.methods);
          expect(new Set(methods).size).toBe(methods.length);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('a conflict', () => {
  const conflicts = (one: Paywall, other: Paywall) => conflictOf(one, [other]) !== undefined;

  test.each([
    ['the same pattern', 'a/p', 'a/p', true],
    ['a narrower path', 'a/p', 'a/*', false],
    ['a narrower host', 'x.a/**', '*.a/p', false],
    ['paths that cross', 'a/p/*', 'a/*/q', true],
    ['paths that have nothing in common', 'a/p/*', 'a/q/*', false],
  ])('of one owner with %s', (_what, one, other, expected) => {
    expect(conflicts(paywall([route(one)]), paywall([route(other)]))).toBe(expected);
    expect(conflicts(paywall([route(one), route(other)]), paywall([]))).toBe(expected);
  });

  test.each([
    ['a/p', 'a/*', true],
    ['x.a/**', '*.a/p', true],
    ['a/p', 'a/q', false],
    ['a/p', 'b/p', false],
  ])(
    'of two owners with %s and %s, since one could take the other’s requests',
    (one, other, expected) => {
      const bobs = paywall([route(other)], { owner: 'bob' });
      expect(conflicts(paywall([route(one)]), bobs)).toBe(expected);
    },
  );

  test('is none where the methods of equal patterns differ', () => {
    expect(conflicts(paywall([route('a/p', ['GET'])]), paywall([route('a/p', ['POST'])]))).toBe(
      false,
    );
  });

  test('is found whenever two routes could both be chosen for a request', () => {
    fc.assert(
      fc.property(paywalls, paywalls, (one, other) => {
        const [mine, theirs] = [listedOf([one]), listedOf([other])];
        const torn = REQUESTS.some(({ host, path }) => {
          const methods = routeTable([one, other])
            .find(host, path)
            .flatMap(each => each.route.methods);
          return new Set(methods).size < methods.length;
        });
        const foreign =
          one.owner !== other.owner &&
          mine.some(a => theirs.some(b => overlap(a.pattern, b.pattern)));
        const reported = conflictOf(one, [other]) ?? conflictOf(other, []);
        if (torn || foreign) expect(reported).toBeDefined();
      }),
      { numRuns: 1000 },
    );
  });
});

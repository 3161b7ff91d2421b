import { isHostWithin } from './host-name.ts';
import { isPathWithin } from './path-pattern.ts';
import { narrower, overlap, type Pattern, patternOf } from './pattern.ts';
import type { Paywall } from './paywall.ts';
import type { Route } from './route.ts';

/** A route as text: its hosts and paths. */
export const place = ({ hostPattern, pathPattern }: Route): string => hostPattern + pathPattern;

/** Whether two routes are on the same hosts and paths. */
export function isSamePattern(one: Route, other: Route): boolean {
  return place(one) === place(other);
}

/** Whether some request fits the patterns of both. */
export function meet(one: Route, other: Route): boolean {
  return related(one, other, overlap);
}

/** Whether each request that fits one fits the other. */
export function isWithin(one: Route, other: Route): boolean {
  const within = (a: Pattern, b: Pattern) =>
    isHostWithin(a.host, b.host) && isPathWithin(a.path, b.path);
  return related(one, other, within);
}

/** Whether a route gets the requests that fit both. */
export function beats(one: Route, other: Route): boolean {
  return related(one, other, (a, b) => narrower(a, b) === 'one');
}

/**
 * What a change of one paywall does to the owner's other paywalls, in sentences of ours: requests that now
 * fall to their wider routes because a narrower one is gone, that a narrower one newly takes from them, or that one of
 * equal pattern newly takes with methods that they refused.
 */
export function shifts(
  before: Paywall | undefined,
  after: Paywall,
  others: readonly Paywall[],
): readonly string[] {
  const theirs = others.flatMap(({ routes }) => routes);
  const missingIn = (routes: readonly Route[]) => (route: Route) =>
    !routes.some(each => isSamePattern(each, route));
  // Whether it is active or not: also a paused one keeps its requests from wider ones.
  const gone = before?.routes.filter(missingIn(after.routes)) ?? [];
  const served = after.status === 'active' ? after.routes : [];
  const added = served.filter(missingIn(after.approved?.routes ?? []));
  const fallen = pairs(gone, theirs, meet).map(
    ([route, other]) => `What ${place(route)} took falls to ${place(other)} of another paywall.`,
  );
  const taken = pairs(added, theirs, (route, other) => meet(route, other) && beats(route, other));
  const joined = pairs(added, theirs, isSamePattern);
  return [
    ...fallen,
    ...taken.map(
      ([route, other]) => `${place(route)} takes requests from ${place(other)} of another paywall.`,
    ),
    ...joined.map(
      ([{ methods }, other]) =>
        `${methods.join(', ')} ${place(other)} is served, which another paywall refused.`,
    ),
  ];
}

function pairs(
  routes: readonly Route[],
  others: readonly Route[],
  related: (one: Route, other: Route) => boolean,
): readonly (readonly [Route, Route])[] {
  return routes.flatMap(route =>
    others.filter(other => related(route, other)).map(other => [route, other] as const),
  );
}

function related(one: Route, other: Route, how: (a: Pattern, b: Pattern) => boolean): boolean {
  const [a, b] = [patternOf(one), patternOf(other)];
  return a.ok && b.ok && how(a.value, b.value);
}

import { matches, narrower, overlap, type Pattern, patternOf } from './pattern.ts';
import type { Paywall } from './paywall.ts';
import { segmentsOf } from './request-path.ts';
import type { Route } from './route.ts';

/** A route as it is looked up: with its patterns read, and the paywall that it is of. */
export interface Listed {
  readonly paywall: Paywall;
  readonly route: Route;
  readonly pattern: Pattern;
}

/** The routes of all paywalls but archived ones, by the hosts that they are on. */
export interface RouteTable {
  /**
   * The routes whose patterns are the narrowest that take a request: none, one, or several of equal patterns whose
   * methods differ. Never depends on the order of paywalls and routes.
   */
  find(host: string, path: string): readonly Listed[];
}

/** Reads the patterns of all routes; ones that cannot be read, which no version of ours wrote, take nothing. */
export function listedOf(paywalls: readonly Paywall[]): readonly Listed[] {
  return paywalls
    .filter(({ status }) => status !== 'archived')
    .flatMap(paywall =>
      paywall.routes.flatMap(route => {
        const pattern = patternOf(route);
        return pattern.ok ? [{ paywall, route, pattern: pattern.value }] : [];
      }),
    );
}

/** Makes the table that requests are looked up in. */
export function routeTable(paywalls: readonly Paywall[]): RouteTable {
  const byHost = Map.groupBy(undisputed(listedOf(paywalls)), ({ pattern }) => pattern.host);
  return {
    find(host, path) {
      const segments = segmentsOf(path);
      for (const pattern of hostPatterns(host)) {
        const taking = byHost.get(pattern)?.filter(each => matches(each.pattern, host, segments));
        if (taking !== undefined && taking.length > 0) return narrowest(taking);
      }
      return [];
    },
  };
}

/**
 * The first pair of routes, of a paywall with another or with one of its own, that cannot both exist: of two owners,
 * if any request would be taken by both, since one would serve the other's, and if the other is more than a draft; of
 * one owner, if nobody could tell which of the two is meant.
 */
export function conflictOf(
  paywall: Paywall,
  others: readonly Paywall[],
): readonly [Listed, Listed] | undefined {
  const routes = listedOf([paywall]);
  const among = [...routes, ...listedOf(others.filter(({ id }) => id !== paywall.id))];
  for (const route of routes) {
    const other = among.find(each => each !== route && conflict(route, each));
    if (other !== undefined) return [route, other];
  }
  return undefined;
}

function conflict(one: Listed, other: Listed): boolean {
  if (!overlap(one.pattern, other.pattern)) return false;
  if (one.paywall.owner !== other.paywall.owner) return other.paywall.opened;
  const order = narrower(one.pattern, other.pattern);
  if (order === 'undecided') return true;
  const shared = one.route.methods.some(method => other.route.methods.includes(method));
  return order === 'same' && shared;
}

/** All but the drafts of one owner that meet what another one opened. */
function undisputed(all: readonly Listed[]): readonly Listed[] {
  const claims = all.filter(({ paywall }) => paywall.opened);
  const isMet = ({ paywall, pattern }: Listed): boolean =>
    claims.some(other => other.paywall.owner !== paywall.owner && overlap(other.pattern, pattern));
  return all.filter(each => each.paywall.opened || !isMet(each));
}

/** Every pattern that covers a host, narrowest first: itself, then what each of its parents writes as `*.parent`. */
function hostPatterns(host: string): readonly string[] {
  const patterns = [host];
  for (let dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
    patterns.push(`*${host.slice(dot)}`);
  }
  return patterns;
}

function narrowest(taking: readonly Listed[]): readonly Listed[] {
  if (taking.length === 1) return taking;
  return taking.filter(({ pattern }) =>
    taking.every(other => ['one', 'same'].includes(narrower(pattern, other.pattern))),
  );
}

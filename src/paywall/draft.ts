import { type Msat, msat, ok, type Result, refuse, SECOND } from '../base/index.ts';
import { hostPatternOf } from './host-name.ts';
import type { RouteId } from './id.ts';
import { pathPatternOf } from './path-pattern.ts';
import type { PaywallPolicy, PolicyInput } from './policy.ts';
import { ROUTE_METHODS, type Route, type RouteInput, type Target, TIMEOUT_MS } from './route.ts';

/** What a policy says where its writer says nothing. One payment buys one request, for an hour. */
const STANDARD = { uses: 1, ttlSeconds: 3600, free: 0 } as const;

/** A policy as it was written, with every default filled in; hosts in their one spelling, else `invalid_route`. */
export function policyFrom(written: PolicyInput): Result<PaywallPolicy> {
  const allowed = hostsFrom(written.allowedHosts ?? []);
  if (!allowed.ok) return allowed;
  const blocked = hostsFrom(written.blockedHosts ?? []);
  if (!blocked.ok) return blocked;
  return ok({
    pricingMode: 'fixed',
    fixedAmountMsats: msat(written.fixedAmountMsats),
    maxPerRequestMsats: maybeMsat(written.maxPerRequestMsats),
    allowedHosts: allowed.value,
    blockedHosts: blocked.value,
    quotaPerMinute: written.quotaPerMinute,
    quotaPerDay: written.quotaPerDay,
    killSwitch: written.killSwitch ?? false,
    freeRequestsPerDay: written.freeRequestsPerDay ?? STANDARD.free,
    usesPerToken: written.usesPerToken === undefined ? STANDARD.uses : written.usesPerToken,
    tokenTtlMs: (written.tokenTtlSeconds ?? STANDARD.ttlSeconds) * SECOND,
    tokenScope: written.tokenScope ?? 'path',
    bindMethod: written.bindMethod ?? false,
    bindBody: written.bindBody ?? false,
  });
}

/**
 * Routes as they were written, in their one spelling; else `invalid_route`. One that takes what a route took `before`
 * keeps its id, and with it the tokens that were bought for it; the others get the ids that are given.
 */
export function routesFrom(
  written: readonly RouteInput[],
  ids: readonly RouteId[],
  before: readonly Route[] = [],
): Result<readonly Route[]> {
  const routes: Route[] = [];
  for (const [at, input] of written.entries()) {
    const route = routeFrom(input, ids[at]);
    if (!route.ok) return route;
    const same = before.find(each => takesAlike(each, route.value));
    const id =
      same !== undefined && routes.every(each => each.id !== same.id) ? same.id : undefined;
    routes.push(id === undefined ? route.value : { ...route.value, id });
  }
  return ok(routes);
}

function routeFrom(written: RouteInput, id: RouteId | undefined): Result<Route> {
  const host = hostPatternOf(written.hostPattern);
  if (!host.ok) return host;
  const path = pathPatternOf(written.pathPattern);
  if (!path.ok) return path;
  const target = targetOf(written);
  if (target === undefined || id === undefined) {
    return refuse('invalid_route', 'A route has exactly one of upstream and upstreamUrl.');
  }
  const methods = ROUTE_METHODS.filter(method => written.methods?.includes(method) ?? true);
  return ok({
    id,
    hostPattern: host.value,
    pathPattern: written.pathPattern,
    methods,
    target,
    timeoutMs: written.timeoutMs ?? TIMEOUT_MS.standard,
    priority: written.priority ?? 0,
    priceMsats: maybeMsat(written.priceMsats),
  });
}

function targetOf({ upstream: name, upstreamUrl: url }: RouteInput): Target | undefined {
  if (name !== undefined) return url === undefined ? { kind: 'named', name } : undefined;
  return url === undefined ? undefined : { kind: 'url', url };
}

function takesAlike(one: Route, other: Route): boolean {
  return (
    one.hostPattern === other.hostPattern &&
    one.pathPattern === other.pathPattern &&
    one.methods.some(method => other.methods.includes(method))
  );
}

function hostsFrom(written: readonly string[]): Result<readonly string[]> {
  const read = written.map(hostPatternOf);
  const refused = read.find(each => !each.ok);
  return refused ?? ok(read.flatMap(each => (each.ok ? [each.value] : [])));
}

function maybeMsat(amount: number | undefined): Msat | undefined {
  return amount === undefined ? undefined : msat(amount);
}

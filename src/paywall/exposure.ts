import { type Msat, showSats } from '../base/index.ts';
import type { Paywall } from './paywall.ts';
import type { PaywallPolicy } from './policy.ts';
import { ROUTE_METHODS, type Route } from './route.ts';
import { beats, isSamePattern, isWithin, meet, place } from './territory.ts';

/**
 * All by which a paywall could harm its owner while it is active: what is public, where it leads, and for how
 * little. What a human approved is kept as one, and whatever goes beyond it needs a human again.
 */
export interface Exposure {
  readonly routes: readonly Route[];
  readonly policy: PaywallPolicy;
}

/** What a paywall exposes while it is active. */
export function exposureOf({ routes, policy }: Pick<Paywall, 'routes' | 'policy'>): Exposure {
  return { routes, policy };
}

/** What a request to a route costs, in msat. */
export function priceOf(
  { priceMsats }: Pick<Route, 'priceMsats'>,
  { fixedAmountMsats }: Pick<PaywallPolicy, 'fixedAmountMsats'>,
): Msat {
  return priceMsats ?? fixedAmountMsats;
}

/** In what way an exposure goes beyond another, each in a sentence of ours; empty where it does not. */
export function widening(approved: Exposure | undefined, wanted: Exposure): readonly string[] {
  const before = approved?.routes ?? [];
  const routes = wanted.routes
    .filter(route => approved === undefined || !isCovered(route, approved, wanted))
    .map(route => showRoute(route, before, wanted.policy));
  return [...routes, ...(approved === undefined ? terms(wanted.policy) : looser(approved, wanted))];
}

/**
 * Whether each request that a route takes was public before, led to the same place and cost no more. Those that it
 * takes now were taken by the narrowest approved route around it, or by narrower ones within; of these, each asked no
 * more or is still there. Else taking a dear route away would leave what it sold to the cheap one around it.
 */
function isCovered(route: Route, approved: Exposure, wanted: Exposure): boolean {
  const price = priceOf(route, wanted.policy);
  // Routes of one pattern share its requests by their methods.
  const noLooser = (before: Route): boolean =>
    route.methods.every(method =>
      approved.routes.some(
        each =>
          isSamePattern(each, before) &&
          each.methods.includes(method) &&
          leadsTo(each) === leadsTo(route) &&
          price >= priceOf(each, approved.policy),
      ),
    );
  const stays = (before: Route): boolean =>
    beats(before, route) && wanted.routes.some(each => isSamePattern(each, before));
  const met = approved.routes.filter(before => meet(before, route));
  const around = met.filter(before => isWithin(route, before));
  const base = around.find(one => around.every(other => !beats(other, one)));
  return (
    base !== undefined &&
    met
      .filter(before => isSamePattern(before, base) || beats(before, base))
      .every(before => noLooser(before) || stays(before))
  );
}

function looser({ policy: before }: Exposure, { policy: now }: Exposure): readonly string[] {
  const most = (limit: number | null | undefined): number => limit ?? Number.POSITIVE_INFINITY;
  const said: readonly (readonly [boolean, string])[] = [
    [now.freeRequestsPerDay > before.freeRequestsPerDay, freeText(now)],
    [most(now.usesPerToken) > most(before.usesPerToken), usesText(now)],
    [now.tokenTtlMs > before.tokenTtlMs, ttlText(now)],
    [now.tokenScope === 'route' && before.tokenScope === 'path', scopeText(now)],
    [before.bindMethod && !now.bindMethod, 'A token is no longer for one method alone.'],
    [before.bindBody && !now.bindBody, 'A token is no longer for one body alone.'],
    [
      most(now.quotaPerMinute) > most(before.quotaPerMinute),
      quotaText('minute', now.quotaPerMinute),
    ],
    [most(now.quotaPerDay) > most(before.quotaPerDay), quotaText('day', now.quotaPerDay)],
  ];
  return said.flatMap(([isSo, text]) => (isSo ? [text] : []));
}

/** What a payment buys, for whoever sees the paywall for the first time. */
function terms(policy: PaywallPolicy): readonly string[] {
  const free = policy.freeRequestsPerDay > 0 ? [freeText(policy)] : [];
  return [usesText(policy), ttlText(policy), scopeText(policy), ...free];
}

/** All that a policy says, price apart, each in a sentence of ours: two that differ anywhere are described differently. */
export function termsOf(policy: PaywallPolicy): readonly string[] {
  const { quotaPerMinute, quotaPerDay, maxPerRequestMsats: most } = policy;
  const { allowedHosts: allowed, blockedHosts: blocked } = policy;
  const said = [
    policy.bindMethod && 'A token is for the method alone that it was bought with.',
    policy.bindBody && 'A token is for the body alone that it was bought with.',
    quotaPerMinute !== undefined && quotaText('minute', quotaPerMinute),
    quotaPerDay !== undefined && quotaText('day', quotaPerDay),
    most !== undefined && `No route may cost more than ${showSats(most)}.`,
    allowed.length > 0 && `It may be on these hosts alone: ${allowed.join(', ')}.`,
    blocked.length > 0 && `It may never be on these hosts: ${blocked.join(', ')}.`,
    policy.killSwitch && 'Its kill switch is pulled, which keeps it paused.',
  ];
  return [...terms(policy), ...said.filter(each => each !== false)];
}

const freeText = ({ freeRequestsPerDay: free }: PaywallPolicy): string =>
  `Each client gets ${free} requests a day for nothing.`;
const usesText = ({ usesPerToken: uses }: PaywallPolicy): string =>
  uses === null
    ? 'One payment buys any number of requests until its token ends.'
    : `One payment buys ${uses === 1 ? 'one request' : `${uses} requests`}.`;
const ttlText = ({ tokenTtlMs }: PaywallPolicy): string =>
  `A token is good for ${tokenTtlMs / 1000} s.`;
const scopeText = ({ tokenScope }: PaywallPolicy): string =>
  tokenScope === 'route'
    ? 'A token opens all of its route.'
    : 'A token opens the one path it was bought for.';
const quotaText = (span: string, quota: number | undefined): string =>
  quota === undefined ? `No limit a ${span} any more.` : `Up to ${quota} requests a ${span}.`;

function showRoute(route: Route, before: readonly Route[], policy: PaywallPolicy): string {
  const known = before.some(each => isSamePattern(each, route));
  return routeText(route, policy, known ? ' changes' : ' becomes public');
}

/** A route in a sentence of ours: what it takes, what that costs, where it leads; `how` says what becomes of it. */
export function routeText(route: Route, policy: PaywallPolicy, how: string = ''): string {
  const price = showSats(priceOf(route, policy));
  const isAny = route.methods.length === ROUTE_METHODS.length;
  const methods = isAny ? 'Every method of' : route.methods.join(', ');
  return `${methods} ${place(route)}${how}: ${price}, served by ${leadsTo(route)}.`;
}

const leadsTo = ({ target }: Route): string => (target.kind === 'named' ? target.name : target.url);

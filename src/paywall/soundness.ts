import { type Refused, refuse, showSats } from '../base/index.ts';
import { maySellOn } from '../policy/index.ts';
import { destinationOf, type Judged } from './destination.ts';
import { priceOf } from './exposure.ts';
import { hostsMeet } from './host-name.ts';
import type { Paywall } from './paywall.ts';
import type { Route } from './route.ts';
import { conflictOf } from './route-table.ts';
import { place } from './territory.ts';

/**
 * Why a paywall may not be served as it is, if so, by what the operator's settings and its own policy say now. The
 * toll asks too, so that what the operator tightens holds for paywalls that were made before.
 */
export function faultOf(paywall: Paywall, judged: Judged): Refused | undefined {
  for (const route of paywall.routes) {
    const fault = hostFault(route, paywall, judged) ?? priceFault(route, paywall, judged);
    const lead = fault === undefined ? destinationOf(route.target, paywall, judged) : fault;
    if (!lead.ok) return lead;
  }
  return undefined;
}

/** The refusal of a paywall that takes what another takes too. */
export function conflictFault(
  paywall: Paywall,
  { view }: Pick<Judged, 'view'>,
): Refused | undefined {
  const [route, other] = conflictOf(paywall, view.paywalls) ?? [];
  if (route === undefined || other === undefined) return undefined;
  // What another owner sells is not for this one to know.
  const isOwn = other.paywall.owner === paywall.owner;
  const theirs = isOwn ? place(other.route) : 'a route of another owner';
  return refuse('route_conflict', `${place(route.route)} meets ${theirs}.`);
}

function hostFault(route: Route, { policy }: Paywall, { rules }: Judged): Refused | undefined {
  const { hostPattern } = route;
  if (!maySellOn(rules.seller, hostPattern)) {
    return refuse('policy_violation', `seller.hosts does not list ${hostPattern}.`);
  }
  if (!maySellOn({ hosts: policy.allowedHosts }, hostPattern)) {
    return refuse('policy_violation', `policy.allowedHosts does not list ${hostPattern}.`);
  }
  return policy.blockedHosts.some(blocked => hostsMeet(blocked, hostPattern))
    ? refuse('policy_violation', `policy.blockedHosts blocks ${hostPattern}.`)
    : undefined;
}

function priceFault(route: Route, { policy }: Paywall, { rules }: Judged): Refused | undefined {
  const price = priceOf(route, policy);
  const { maxPerRequestMsats: own } = policy;
  if (own !== undefined && price > own) {
    return refuse(
      'over_cap',
      `policy.maxPerRequestMsats allows ${showSats(own)}, ${place(route)} asks ${showSats(price)}.`,
    );
  }
  const { maxPrice } = rules.seller;
  return price > maxPrice
    ? refuse('over_cap', `seller.maxPriceSats allows ${showSats(maxPrice)}.`)
    : undefined;
}

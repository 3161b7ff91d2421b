import { ok, type Refused, type Result } from '../base/index.ts';
import { destinationOf } from './destination.ts';
import type { Paywall } from './paywall.ts';
import type { Route } from './route.ts';
import { type RouteTable, routeTable } from './route-table.ts';
import type { SellerRules } from './rules.ts';
import { faultOf } from './soundness.ts';
import type { Registry, SellerView } from './store.ts';
import type { Pass } from './toll.ts';

/** What is served while neither what is sold nor the operator's settings change. */
export interface Serving {
  readonly view: SellerView;
  readonly rules: SellerRules;
  readonly table: RouteTable;
  /** Why a paywall may not be served, if so. */
  faultOf(paywall: Paywall): Refused | undefined;
  /** Where a route's requests go. */
  leadOf(paywall: Paywall, route: Route): Promise<Result<Lead>>;
}

/** Where to forward to, and with what. */
export type Lead = Pick<Pass, 'headers' | 'timeoutMs' | 'access'> & { readonly base: string };

/** Makes ready what is sold now. Whatever has to be judged is judged once, when it is first asked for. */
export function serving(registry: Registry, view: SellerView, rules: SellerRules): Serving {
  const faults = new Map<Paywall, Refused | undefined>();
  const leads = new Map<Route, Promise<Result<Lead>>>();
  const leadTo = async (paywall: Paywall, { target, timeoutMs }: Route): Promise<Result<Lead>> => {
    const found = destinationOf(target, paywall, { view, rules });
    if (!found.ok) return found;
    const { url, upstream } = found.value;
    const { privateAddresses, plainHttp, url: base } = url;
    return ok({
      base,
      headers: upstream === undefined ? {} : await registry.headers(upstream.owner, upstream.name),
      timeoutMs: Math.min(timeoutMs, upstream?.timeoutMs ?? timeoutMs),
      access: { privateAddresses, plainHttp },
    });
  };
  return {
    view,
    rules,
    table: routeTable(view.paywalls),
    faultOf(paywall) {
      if (!faults.has(paywall)) faults.set(paywall, faultOf(paywall, { view, rules }));
      return faults.get(paywall);
    },
    leadOf(paywall, route) {
      const known = leads.get(route);
      if (known !== undefined) return known;
      const lead = leadTo(paywall, route);
      leads.set(route, lead);
      // Secret headers that could not be opened are tried again, not remembered.
      lead.catch(() => leads.delete(route));
      return lead;
    },
  };
}

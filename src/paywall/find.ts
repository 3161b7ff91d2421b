import type { Refused } from '../base/index.ts';
import { hostNameOf } from './host-name.ts';
import { refused } from './refusal.ts';
import { canonicalPath } from './request-path.ts';
import type { RouteMethod } from './route.ts';
import type { Listed } from './route-table.ts';
import type { Serving } from './serving.ts';
import type { Place, Refusal, Wanted } from './toll.ts';

/** The one place that a request leads to, or why it leads nowhere: 400, 403, 404 or 405. */
export function find(serving: Serving, { method, host, target }: Wanted): Place | Refusal {
  const name = hostNameOf(host);
  if (!name.ok) return refused(400, name);
  const path = canonicalPath(target);
  if (!path.ok) return refused(400, path);
  const listed = serving.table.find(name.value, path.value.path);
  if (listed.length === 0) return refused(404, { code: 'route_not_found' });
  const found = listed.find(({ route }) => route.methods.includes(method as RouteMethod));
  if (found === undefined) {
    const allow = listed.flatMap(({ route }) => route.methods);
    return { ...refused(405, { code: 'method_not_allowed' }), allow };
  }
  const closed = closedBy(serving, found);
  if (closed !== undefined) return refused(403, closed);
  const { paywall, route } = found;
  const bindsBody = paywall.policy.bindBody;
  return {
    paywall,
    route,
    method: method as RouteMethod,
    host: name.value,
    ...path.value,
    bindsBody,
  };
}

/** Why nothing is served here now. What the operator's settings say against a paywall is not a visitor's to know. */
function closedBy(
  { view, rules, faultOf }: Serving,
  { paywall }: Pick<Listed, 'paywall'>,
): Pick<Refused, 'code'> | undefined {
  if (view.killed || rules.seller.paused || rules.broken) return { code: 'kill_switch_active' };
  const isServed = paywall.status === 'active' && faultOf(paywall) === undefined;
  return isServed ? undefined : { code: 'paywall_inactive' };
}

import { ok, type Result, refuse } from '../base/index.ts';
import type { Paywall } from './paywall.ts';
import type { Target } from './route.ts';
import type { SellerRules } from './rules.ts';
import type { SellerView } from './store.ts';
import type { Upstream } from './upstream.ts';
import { type UpstreamUrl, upstreamUrl } from './upstream-url.ts';

/** What a paywall is held against. */
export interface Judged {
  readonly view: Pick<SellerView, 'paywalls' | 'upstreams'>;
  readonly rules: Pick<SellerRules, 'seller'>;
}

/** Where a route leads, as it is judged now; `upstream` where it names one. */
export interface Destination {
  readonly url: UpstreamUrl;
  readonly upstream: Upstream | undefined;
}

/** Follows a target of a paywall; else `upstream_not_found`, or `upstream_invalid` for what may not be led to. */
export function destinationOf(
  target: Target,
  paywall: Paywall,
  { view, rules }: Judged,
): Result<Destination> {
  const upstream =
    target.kind === 'named' ? upstreamOf(view, paywall.owner, target.name) : undefined;
  const written = target.kind === 'url' ? target.url : upstream?.url;
  if (written === undefined) return refuse('upstream_not_found');
  const url = upstreamUrl(written, { seller: rules.seller, hosts: hostsOf(view, paywall) });
  return url.ok ? ok({ url: url.value, upstream }) : url;
}

/** An owner's upstream; another's is not found. */
export function upstreamOf(
  { upstreams }: Pick<SellerView, 'upstreams'>,
  owner: string,
  name: string,
): Upstream | undefined {
  return upstreams.find(each => each.owner === owner && each.name === name);
}

/**
 * The hosts that this gateway answers for, with those of a paywall that is to be judged. What nobody opened counts for
 * nothing: else a draft that needs no approval could close another paywall by naming the host of its upstream.
 */
export function hostsOf({ paywalls }: Pick<SellerView, 'paywalls'>, paywall?: Paywall): string[] {
  const active = paywalls.filter(({ id, status }) => status === 'active' && id !== paywall?.id);
  const served = paywall === undefined ? active : [...active, paywall];
  return served.flatMap(({ routes }) => routes.map(({ hostPattern }) => hostPattern));
}

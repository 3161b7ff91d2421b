import { digestOf, type Msat } from '../base/index.ts';
import type { Policy } from '../policy/index.ts';
import type { FactOf } from './fact.ts';
import type { Purchase } from './purchase.ts';

/** What the operator's settings say at this moment. */
export interface Rules {
  readonly policy: Policy;
  /** The digest of the policy, which every approval is bound to. */
  readonly hash: string;
  /** The settings could not be read: nothing may be paid. */
  readonly broken: boolean;
}

/** What an approval binds beside the purchase and the rules: at most this sum, fees in, until then (ms). */
export interface Bounds {
  readonly ceiling: Msat;
  readonly expiresAt: number;
}

/**
 * The digest of an approval. It covers owner, method, URL, header and body digests and scope (all in
 * the request), the origin that is paid, the ceiling with fees, the wallet and network, the policy's
 * hash and the expiry, so that nothing can be changed between a human's yes and the payment.
 */
export function approvalDigest(
  { requested, challenged }: Pick<Purchase, 'requested' | 'challenged'>,
  { ceiling, expiresAt }: Bounds,
  { hash, policy: { wallet, network } }: Rules,
): string {
  const { request } = requested;
  // A redirect may have led elsewhere; whoever is paid after a yes is who was shown before it.
  const origin = challenged?.quote.origin ?? new URL(request.url).origin;
  return digestOf({ request, origin, ceiling, expiresAt, wallet, network, policy: hash });
}

/** Whether an approval, in time, is for this very purchase under the rules of this moment (`now` in ms). */
export function covers(
  approved: FactOf<'approved'>,
  purchase: Pick<Purchase, 'requested' | 'challenged'>,
  rules: Rules,
  now: number,
): boolean {
  const inTime = now < approved.expiresAt;
  return inTime && !rules.broken && approved.digest === approvalDigest(purchase, approved, rules);
}

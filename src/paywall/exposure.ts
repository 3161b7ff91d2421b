import type { PaywallPolicy } from './policy.ts';
import type { Route } from './route.ts';

/**
 * All by which a paywall could harm its owner while it is active: what is public, where it leads, and for how
 * little. What a human approved is kept as one, and whatever goes beyond it needs a human again.
 */
export interface Exposure {
  readonly routes: readonly Route[];
  readonly policy: PaywallPolicy;
}

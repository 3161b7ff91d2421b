import type { Command } from './command.ts';
import type { PaywallId, ProposalId, RouteId } from './id.ts';

/** A change that goes beyond what a human approved, and waits for one. It has no effect until then. */
export interface Proposal {
  readonly id: ProposalId;
  readonly owner: string;
  readonly command: Command;
  /** The paywall that it is about, or would create. */
  readonly paywallId: PaywallId;
  /** The ids that routes without one get, so that what is approved is what is made. */
  readonly routeIds: readonly RouteId[];
  /** What in it could harm the owner, in our own words, for the human who decides. */
  readonly widens: readonly string[];
  /** Binds owner, command, the paywall as it was, the operator's policy, and the expiry. */
  readonly digest: string;
  /** The name that the caller gave itself: a claim, shown as one. */
  readonly caller: string;
  readonly askedAt: number;
  /** After this nobody can approve it any more, ms. */
  readonly expiresAt: number;
}

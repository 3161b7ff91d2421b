import { digestOf } from '../base/index.ts';
import type { ChangeContext } from './change.ts';
import type { Command } from './command.ts';
import type { PaywallId, ProposalId, RouteId } from './id.ts';
import type { SellerView } from './store.ts';

/** A change that goes beyond what a human approved, and waits for one. It has no effect until then. */
export interface Proposal {
  readonly id: ProposalId;
  readonly owner: string;
  readonly command: Command;
  /** The paywall that it is about, or would create. */
  readonly paywallId: PaywallId;
  /** The ids that new routes get, so that what is approved is what is made. */
  readonly routeIds: readonly RouteId[];
  /** What a no to it cools down: its paywall, or the making of new ones. */
  readonly subject: PaywallId | 'new';
  /** What in it could harm the owner, in our own words, for the human who decides. */
  readonly widens: readonly string[];
  /** Binds owner, command, ids, what there was before, the operator's policy, and the expiry. */
  readonly digest: string;
  /** The name that the caller gave itself: a claim, shown as one. */
  readonly caller: string;
  readonly askedAt: number;
  /** From then on nobody can approve it any more, ms. */
  readonly expiresAt: number;
}

/** What an approval binds beside what is sold now. */
export type Bound = Pick<ChangeContext, 'owner' | 'rules' | 'paywallId' | 'routeIds'> & {
  readonly command: Command;
  readonly expiresAt: number;
};

/**
 * The digest of a proposal. It covers the exact change, the paywall and the upstreams as they were when the human was
 * shown it, the operator's policy and the expiry, so that nothing can be changed between the showing and the yes.
 */
export function proposalDigest(view: SellerView, bound: Bound): string {
  const { owner, command, paywallId, routeIds, rules, expiresAt } = bound;
  const before = view.paywalls.find(each => each.id === paywallId && each.owner === owner);
  const upstreams = view.upstreams.filter(each => each.owner === owner);
  const policy = rules.hash;
  return digestOf({ owner, command, paywallId, routeIds, before, upstreams, policy, expiresAt });
}

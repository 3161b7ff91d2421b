import type { Result } from '../base/index.ts';
import type { Change } from './change.ts';
import type { Command, OperatorCommand } from './command.ts';
import type { Via } from './event.ts';
import type { PaywallId, ProposalId } from './id.ts';
import type { Paywall } from './paywall.ts';
import type { Proposal } from './proposal.ts';
import type { Upstream } from './upstream.ts';

/** What came of a command. `proposed`: it goes beyond what a human approved, and waits for one. */
export type Outcome =
  | { readonly kind: 'applied'; readonly changed: boolean; readonly paywall: Paywall }
  | {
      readonly kind: 'proposed';
      readonly proposal: Proposal;
      readonly paywall: Paywall | undefined;
    };

/** What a human's own command left behind. */
export interface Ordered {
  readonly changed: boolean;
  readonly paywall?: Paywall;
  readonly upstream?: Upstream;
}

/** A human's word on one proposal. */
export interface ProposalAnswer {
  readonly proposalId: ProposalId;
  readonly verdict: 'yes' | 'no';
  readonly via: Via;
}

/** What became of it; `paywall` is there where it was approved. */
export interface ProposalAnswered {
  readonly kind: 'approved' | 'declined';
  readonly paywall?: Paywall;
}

/** What the tools and the terminal do with paywalls. Each call is an owner's: another's ids are not found. */
export interface Seller {
  /** A change that an agent asks for: what tightens is applied at once, what widens is proposed to a human. */
  ask(owner: string, command: Command, caller: string): Promise<Result<Outcome>>;
  /** What a human's change would do, for them to look at; refused as the change itself would be. Changes nothing. */
  preview(owner: string, command: Command): Promise<Result<Change>>;
  /**
   * A human's own change, at the terminal and behind the PIN: applied at once. Refused with `stale_ask` where the
   * paywall is no longer the one that they were shown.
   */
  order(owner: string, command: OperatorCommand, shown?: Paywall): Promise<Result<Ordered>>;
  /** Refuses with `proposal_not_found`, `already_answered`, `approval_expired`, `APPROVAL_MISMATCH`, or as the command itself would be. */
  answer(owner: string, answer: ProposalAnswer): Promise<Result<ProposalAnswered>>;
  /** Newest first, archived ones last. */
  paywalls(owner: string): Promise<readonly Paywall[]>;
  paywall(owner: string, id: PaywallId): Promise<Result<Paywall>>;
  /** What waits for a human, oldest first; what nobody can approve any more is left out. */
  proposals(owner: string): Promise<readonly Proposal[]>;
  upstreams(owner: string): Promise<readonly Upstream[]>;
  /** Whether it sells now: active, sound, and neither paused in the settings nor stopped by the kill switch. */
  isOpen(paywall: Paywall): Promise<boolean>;
}

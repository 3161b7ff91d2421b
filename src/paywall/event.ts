import type { ProposalId } from './id.ts';
import type { Paywall } from './paywall.ts';
import type { Proposal } from './proposal.ts';
import type { Upstream } from './upstream.ts';

/** Where a human spoke. */
export type Via = 'elicitation' | 'terminal';

/** Who made a change: an agent within what was approved, or a human. */
export type Author =
  | { readonly kind: 'agent'; readonly caller: string }
  | { readonly kind: 'human'; readonly via: Via; readonly proposalId?: ProposalId };

/** The kinds of event after which a paywall is another. */
export type PaywallEventKind =
  | 'paywall_created'
  | 'paywall_updated'
  | 'paywall_updated_kill_switch'
  | 'paywall_paused'
  | 'paywall_resumed'
  | 'paywall_archived';

/**
 * One thing that happened to what an owner sells. Events are only ever appended, and each holds the whole of what
 * it left behind, so that the newest of a paywall or an upstream is its state. `at` is ms since 1970.
 */
export type PaywallEvent = { readonly at: number; readonly owner: string } & (
  | {
      readonly kind: PaywallEventKind;
      readonly paywall: Paywall;
      readonly by: Author;
      readonly reason?: string;
    }
  | { readonly kind: 'change_proposed'; readonly proposal: Proposal }
  | {
      readonly kind: 'change_approved' | 'change_declined';
      readonly proposalId: ProposalId;
      readonly via: Via;
    }
  | { readonly kind: 'change_lapsed'; readonly proposalId: ProposalId }
  | { readonly kind: 'upstream_added'; readonly upstream: Upstream }
  | { readonly kind: 'upstream_removed'; readonly upstream: Upstream }
);

/** The values of an upstream's secret headers, by their lower-case names: sealed wherever they are kept. */
export type SecretHeaders = Readonly<Record<string, string>>;

/**
 * An event on its way into the record, with its sealed part if it has one. An upstream that is added without one keeps
 * what is sealed for its name.
 */
export type NewPaywallEvent = PaywallEvent & { readonly secret?: SecretHeaders };

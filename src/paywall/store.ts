import type { Code, Result } from '../base/index.ts';
import type { NewPaywallEvent, PaywallEvent, SecretHeaders } from './event.ts';
import type { PaywallId, ProposalId } from './id.ts';
import type { InvoiceStatus } from './invoice.ts';
import type { InvoiceIssuer } from './issuer.ts';
import type { Paywall } from './paywall.ts';
import type { Proposal } from './proposal.ts';
import type { Income, Ingested, Receipt, Settlement } from './settlement.ts';
import type { KeyedToken, Token } from './token.ts';
import type { Upstream } from './upstream.ts';

/** All that is sold, of every owner, as it is at one moment. The same object as long as nothing changed. */
export interface SellerView {
  readonly paywalls: readonly Paywall[];
  readonly upstreams: readonly Upstream[];
  /** The proposals that nobody answered yet, also those whose time is over. */
  readonly pending: readonly Proposal[];
  /** The kill switch of the record: while it is pulled nothing is sold. */
  readonly killed: boolean;
}

/** What became of a proposal. */
export type ProposalEnd = 'change_approved' | 'change_declined' | 'change_lapsed';

/** What a decision reads beside the view, named by the caller. */
export interface RegistryReads {
  readonly owner: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The proposal that a human answers. */
  readonly proposalId?: ProposalId;
}

/** A proposal of an owner, and what became of it. */
export interface Proposed {
  readonly proposal: Proposal;
  readonly end?: ProposalEnd;
}

/** How often an owner was asked lately, and what they said. */
export interface Asked {
  /** Proposals of the last hour. */
  readonly lastHour: number;
  /** When the newest no to each subject was said, ms. */
  readonly declinedAt: ReadonlyMap<Proposal['subject'], number>;
  /** The proposal of the reads, if it is the owner's, and what became of it. */
  readonly proposal: Proposed | undefined;
}

/** What a decision wants recorded, with what it answers its caller; or a refusal that records nothing. */
export type RegistryVerdict<T> =
  | { readonly append: readonly NewPaywallEvent[]; readonly answer: T }
  | { readonly reject: Code; readonly detail?: string };

/** Which events to list, newest first. */
export interface EventQuery {
  readonly owner: string;
  readonly paywallId?: PaywallId;
  readonly limit: number;
}

/** The record of what is sold. */
export interface Registry {
  /** As it is now, whichever process changed it last; some µs while nothing changed. */
  view(): Promise<SellerView>;
  /**
   * One immediate transaction: loads the view and what was asked, calls the synchronous and pure `decide`, and
   * appends the events that it wants. `decide` may run twice. A rejected promise leaves the outcome unknown.
   */
  append<T>(
    reads: RegistryReads,
    decide: (view: SellerView, asked: Asked) => RegistryVerdict<T>,
  ): Promise<Result<T>>;
  events(query: EventQuery): Promise<readonly PaywallEvent[]>;
  /** An owner's proposal, whether it waits or not. */
  proposal(owner: string, id: ProposalId): Promise<Proposed | undefined>;
  /** Opens the secret headers of an upstream. For the gateway alone. */
  headers(owner: string, upstream: string): Promise<SecretHeaders>;
}

/** The tokens that were minted, their invoices, and what was used of them. */
export interface Tokens {
  /** Before its challenge is sent. */
  keep(token: KeyedToken): Promise<void>;
  find(
    id: string,
  ): Promise<{ readonly token: KeyedToken; readonly status: InvoiceStatus } | undefined>;
  /** Takes one use if fewer than `most` are taken; how many then are, or undefined if it was spent. */
  claim(id: string, most: number): Promise<number | undefined>;
  /** Gives one use back. */
  giveBack(id: string): Promise<void>;
  /** Notes what the node said of an invoice; a status only ever rises. */
  raise(paymentHash: string, status: InvoiceStatus): Promise<void>;
  /** How many invoices could still be paid at a time, ms. */
  unpaid(now: number): Promise<number>;
}

/** Which settlements to list, newest first. */
export interface SettlementQuery {
  readonly owner: string;
  readonly paywallId?: PaywallId;
  readonly limit: number;
  /** Only what came before this, ms. */
  readonly before?: number;
}

/** The node that received something. */
export type Earner = Pick<InvoiceIssuer, 'node' | 'real'>;

/** What was earned. */
export interface Takings {
  /** The highest index of a node that is in the books; 0 before the first. */
  cursor(node: string): Promise<bigint>;
  /** Books the receipt of a node, exactly once; its invoice becomes settled, and the cursor moves, in the same transaction. */
  book(node: Earner, receipt: Receipt): Promise<Ingested>;
  list(query: SettlementQuery): Promise<readonly Settlement[]>;
  /** How many receipts since a time (ms) belong to no invoice of the record. */
  unknown(since: number): Promise<number>;
  /** By paywall and day (UTC), from a time on (ms); newest day first. */
  income(owner: string, since: number): Promise<readonly Income[]>;
  /** Tokens whose invoices a node made, are over at a time (ms), and are still called open; those first that are longest over. */
  overdue(node: string, now: number, limit: number): Promise<readonly Token[]>;
}

/** How many requests a paywall let through on a day (UTC). */
export interface Traffic {
  /** Adds to the counts of a day, `2026-01-31`. */
  add(day: string, counts: ReadonlyMap<PaywallId, number>): Promise<void>;
  of(day: string): Promise<ReadonlyMap<PaywallId, number>>;
}

/** Everything that selling keeps. */
export interface PaywallStore {
  readonly registry: Registry;
  readonly tokens: Tokens;
  readonly takings: Takings;
  readonly traffic: Traffic;
}

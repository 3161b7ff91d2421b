import type { Msat } from '../base/index.ts';
import type { InvoiceStatus } from './invoice.ts';
import type { Receipt } from './settlement.ts';

/** What an invoice is to say. */
export interface InvoiceOrder {
  readonly amount: Msat;
  /** One line of our own. */
  readonly description: string;
  /** How long it may be paid, ms; whole seconds. */
  readonly ttlMs: number;
}

/** An invoice that can be paid from now on. */
export interface IssuedInvoice {
  /** The BOLT11 text. */
  readonly invoice: string;
  readonly paymentHash: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** What the node says of an invoice. */
export type Standing =
  | { readonly status: 'settled'; readonly amount: Msat; readonly settledAt: number }
  | { readonly status: Exclude<InvoiceStatus, 'settled'> | 'not_found' };

/** Whether all that was asked arrived. A node never takes less; one that says so has been tampered with. */
export function isPaid(standing: Standing, asked: Msat): boolean {
  return standing.status === 'settled' && standing.amount >= asked;
}

/** Who asks for money: the seller's side of a wallet. Each call ends within its own deadline. */
export interface InvoiceIssuer {
  /** Names the node whose invoices they are: indexes of two nodes have nothing to do with each other. */
  readonly node: string;
  /** Whether what it receives is worth anything. */
  readonly real: boolean;
  /** Rejects with `wallet_unavailable`. */
  issue(order: InvoiceOrder): Promise<IssuedInvoice>;
  /** Rejects with `wallet_unavailable`: a node that does not answer says nothing of an invoice. */
  lookUp(paymentHash: string): Promise<Standing>;
  /**
   * Every receipt after an index, in order, first those that came before the call and then each as it comes, until
   * `signal` aborts. Throws `wallet_unavailable` when the node is lost; whoever reads goes on from the last index.
   */
  settlements(since: bigint, signal: AbortSignal): AsyncIterable<Receipt>;
  close(): Promise<void>;
}

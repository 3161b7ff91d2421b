import type { Msat } from '../base/index.ts';
import type { PaywallId, RouteId } from './id.ts';

/** What was minted for one invoice, without its root key. Its price and end stay as they were, whatever the paywall's do. */
export interface Token {
  /** SHA-256 of the macaroon's identifier, 64 lower-case hex digits. */
  readonly id: string;
  readonly paymentHash: string;
  readonly owner: string;
  readonly paywallId: PaywallId;
  readonly routeId: RouteId;
  readonly amount: Msat;
  /** The node that made its invoice, and alone can say what became of it. */
  readonly node: string;
  readonly mintedAt: number;
  /** When its invoice can no longer be paid, ms. */
  readonly invoiceExpiresAt: number;
  /** When it is good for nothing any more, ms. */
  readonly expiresAt: number;
}

/** A token with the 32 bytes that sign its macaroon; a secret. */
export interface KeyedToken extends Token {
  readonly rootKey: Uint8Array;
}

import type { Msat } from '../base/index.ts';
import type { PaywallId } from './id.ts';

/** A payment that the node received for one of our invoices, as the issuer reports it. */
export interface Receipt {
  /** The place in the issuer's order of settlements, from 1; each is higher than the one before. */
  readonly index: bigint;
  readonly paymentHash: string;
  /** What arrived, which may be more than was asked. */
  readonly amount: Msat;
  readonly settledAt: number;
}

/** How a settlement fits what was asked: `short` got too little, `unknown` belongs to no invoice of the record. */
export type Fit = 'whole' | 'short' | 'unknown';

/** A receipt in the books. Exactly one per payment hash, however often it is reported. */
export interface Settlement {
  /** `settlement_` and the payment hash. */
  readonly id: `settlement_${string}`;
  /** When it was booked, ms: each later than the one before, so that it says where a list goes on. */
  readonly bookedAt: number;
  readonly paymentHash: string;
  readonly amount: Msat;
  readonly settledAt: number;
  readonly fit: Fit;
  /** What the invoice asked for; undefined where none is known. */
  readonly asked: Msat | undefined;
  readonly owner: string | undefined;
  readonly paywallId: PaywallId | undefined;
}

/** What came of a receipt. `replayed`: it was in the books already, and nothing changed. */
export type Ingested =
  | { readonly kind: 'booked'; readonly settlement: Settlement }
  | { readonly kind: 'replayed' };

/** What a paywall earned on one day (UTC), real money and play money apart. */
export interface Income {
  readonly paywallId: PaywallId;
  readonly real: boolean;
  /** `2026-01-31`. */
  readonly day: string;
  readonly amount: Msat;
  readonly payments: number;
}

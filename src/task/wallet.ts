import type { Code, Msat } from '../base/index.ts';

/** One payment as the record has it before the wallet hears of it. */
export interface Payment {
  /** The invoice's payment hash in hex: the idempotency key that every Lightning wallet shares. */
  readonly paymentHash: string;
  /** The BOLT11 text. */
  readonly invoice: string;
  readonly amount: Msat;
  /** The most that may be added in routing fees. */
  readonly feeLimit: Msat;
  /** A UUID of this attempt, for wallets that want a key of their own. */
  readonly attemptId: string;
  /** How long the wallet may take before it answers `in_flight`, in ms. */
  readonly waitMs: number;
}

/** Why a wallet says, finally, that nothing was and nothing will be paid. */
export type PayFailure = Extract<
  Code,
  'insufficient_balance' | 'FEE_LIMIT' | 'no_route' | 'PaymentFailedError' | 'INVOICE_INVALID'
>;

/** What a wallet knows of a payment. Only `failed` frees a reservation; `unknown` is looked up again. */
export type PayOutcome =
  | {
      readonly kind: 'settled';
      readonly preimage: string;
      readonly amount: Msat;
      readonly fee: Msat;
    }
  | { readonly kind: 'failed'; readonly code: PayFailure }
  | { readonly kind: 'in_flight' }
  | { readonly kind: 'unknown'; readonly cause: 'not_found' | 'unreachable' | 'timeout' };

/** What a wallet says of itself. */
export interface WalletStatus {
  readonly kind: string;
  /** The BOLT11 prefix that it pays: `bc`, `tb`, `tbs`, `bcrt`, `sb`. */
  readonly network: string;
  /** Whether its money is worth anything. */
  readonly real: boolean;
  readonly ready: boolean;
  /** What it can send now. */
  readonly balance: Msat;
}

/** A payment that a wallet says it made, or has under way. */
export interface SentPayment {
  readonly paymentHash: string;
  /** What it cost or may cost, fees in. */
  readonly cost: Msat;
  /** When it was begun, ms. */
  readonly at: number;
}

/** A wallet. Every call ends within its own deadline; an ambiguous end is `unknown`, never an exception. */
export interface Wallet {
  status(): Promise<WalletStatus>;
  /** Pays once per payment hash: a second call for a hash that is under way or settled pays nothing. */
  pay(payment: Payment): Promise<PayOutcome>;
  lookUp(paymentHash: string): Promise<PayOutcome>;
  /** Every payment begun at or after a time (ms) that did not fail; rejects with `wallet_unavailable`. */
  sent(since: number): Promise<readonly SentPayment[]>;
  close(): Promise<void>;
}

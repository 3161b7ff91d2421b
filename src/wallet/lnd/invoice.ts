import { type Msat, SECOND, TollkeeperError, ZERO } from '../../base/index.ts';
import { msatIn } from '../../node/index.ts';
import type { Standing } from '../../paywall/issuer.ts';
import type { Receipt } from '../../paywall/settlement.ts';

/** lnd's own record of an invoice (`lnrpc.Invoice`), as far as it is read. Whole numbers are decimal text. */
export interface LndInvoice {
  readonly r_hash: Uint8Array;
  readonly state: string;
  /** What arrived. */
  readonly amt_paid_msat: string;
  /** Seconds since 1970; 0 until it is settled. */
  readonly settle_date: string;
  /** 0 until it is settled. */
  readonly settle_index: string;
  /** Seconds since 1970. */
  readonly creation_date: string;
  /** Seconds. */
  readonly expiry: string;
}

/**
 * What a record says of the invoice of a hash at `now`, ms. lnd cancels what was not paid in time, a moment after:
 * until then it would still take a payment, so such an invoice is open. Throws `wallet_unavailable` for a record that
 * cannot be.
 */
export function standingOf(invoice: LndInvoice, hash: string, now: number): Standing {
  if (hashOf(invoice) !== hash) throw nonsense();
  if (invoice.state === 'SETTLED') {
    return { status: 'settled', amount: amountIn(invoice), settledAt: settledAt(invoice) };
  }
  if (invoice.state !== 'CANCELED') return { status: 'open' };
  const endsAt = (Number(invoice.creation_date) + Number(invoice.expiry)) * SECOND;
  return { status: endsAt <= now ? 'expired' : 'canceled' };
}

/**
 * A record as the receipt of a payment. Undefined where there was none, or where it belongs to no invoice of one hash
 * and one payment (AMP), such as none of ours is. Throws `wallet_unavailable` for one that cannot be.
 */
export function receiptOf(invoice: LndInvoice): Receipt | undefined {
  const index = BigInt(invoice.settle_index);
  const paymentHash = hashOf(invoice);
  if (invoice.state !== 'SETTLED' || index === 0n || paymentHash.length !== 64) return undefined;
  return { index, paymentHash, amount: amountIn(invoice), settledAt: settledAt(invoice) };
}

function hashOf({ r_hash }: LndInvoice): string {
  return Buffer.from(r_hash).toString('hex');
}

function amountIn({ amt_paid_msat }: LndInvoice): Msat {
  const amount = msatIn(amt_paid_msat);
  if (amount === undefined || amount === ZERO) throw nonsense();
  return amount;
}

function settledAt({ settle_date }: LndInvoice): number {
  return Number(settle_date) * SECOND;
}

function nonsense(): TollkeeperError {
  return new TollkeeperError('wallet_unavailable', 'The node tells of an invoice that cannot be.');
}

import { sum, ZERO } from '../../base/index.ts';
import { msatIn } from '../../node/index.ts';
import type { PayFailure, PayOutcome, SentPayment } from '../../task/wallet.ts';

/** One try of a payment over one route. */
interface Attempt {
  readonly status: string;
  readonly route: { readonly total_fees_msat: string } | null;
}

/** lnd's own record of a payment (`lnrpc.Payment`), as far as it is read. Whole numbers are decimal text. */
export interface PaymentRecord {
  readonly payment_hash: string;
  /** 64 zeros until it is known. */
  readonly payment_preimage: string;
  readonly payment_request: string;
  readonly value_msat: string;
  /** Of what has settled. */
  readonly fee_msat: string;
  readonly creation_time_ns: string;
  readonly status: string;
  readonly failure_reason: string;
  readonly htlcs: readonly Attempt[];
}

const REASONS: Readonly<Record<string, PayFailure>> = {
  FAILURE_REASON_INSUFFICIENT_BALANCE: 'insufficient_balance',
  FAILURE_REASON_NO_ROUTE: 'no_route',
};

const NO_PREIMAGE = /^0*$/;
const NS_PER_MS = 1_000_000n;

/**
 * What a record says of the payment of a hash. Whether the preimage is the right one is for the loop to say, which
 * raises the alarm if not. A record that cannot be is no evidence of anything.
 */
export function outcomeOf(record: PaymentRecord, hash: string): PayOutcome {
  if (record.payment_hash !== hash) return NONSENSE;
  if (record.status === 'SUCCEEDED') return settledBy(record);
  if (isOver(record)) {
    return { kind: 'failed', code: REASONS[record.failure_reason] ?? 'PaymentFailedError' };
  }
  return { kind: 'in_flight' };
}

const NONSENSE: PayOutcome = { kind: 'unknown', cause: 'unreachable' };

/**
 * Failed, with no try left that could still settle. lnd itself calls nothing else failed (`decidePaymentStatus`);
 * this is held against it because a sum that is freed too early is spent twice.
 */
function isOver({ status, payment_preimage, htlcs }: PaymentRecord): boolean {
  return (
    status === 'FAILED' &&
    NO_PREIMAGE.test(payment_preimage) &&
    htlcs.every(attempt => attempt.status === 'FAILED')
  );
}

function settledBy({ payment_preimage: preimage, ...record }: PaymentRecord): PayOutcome {
  const amount = msatIn(record.value_msat);
  const fee = msatIn(record.fee_msat);
  if (amount === undefined || fee === undefined || amount === ZERO) return NONSENSE;
  return { kind: 'settled', preimage, amount, fee };
}

/**
 * A record as a payment that was made or is under way; undefined if its numbers cannot be. lnd does not keep the fee
 * limit, so what is under way counts with the fees of all its tries, those that failed too: rather too high.
 */
export function sentOf(record: PaymentRecord): SentPayment | undefined {
  const fees = record.status === 'SUCCEEDED' ? [record.fee_msat] : record.htlcs.map(feeOf);
  const parts = [record.value_msat, ...fees].map(msatIn);
  const known = parts.filter(part => part !== undefined);
  if (known.length < parts.length || !/^\d+$/.test(record.creation_time_ns)) return undefined;
  const at = Number(BigInt(record.creation_time_ns) / NS_PER_MS);
  return { paymentHash: record.payment_hash, cost: sum(...known), at };
}

function feeOf({ route }: Attempt): string {
  return route?.total_fees_msat ?? '0';
}

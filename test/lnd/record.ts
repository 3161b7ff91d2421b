import type { Row } from './books.ts';

/** `lnrpc.Payment`, as the fake sends it. */
export type PaymentMessage = ReturnType<typeof messageOf>;

/** A payment that has just been recorded and not been tried yet. */
export type NewRow = Pick<Row, 'hash' | 'amount' | 'at'>;

const ZEROS = '0'.repeat(64);
const ATTEMPTS = { in_flight: 'IN_FLIGHT', settled: 'SUCCEEDED', failed: 'FAILED' } as const;

/** lnd's record of a payment: as `MarshallPayment` of v0.20 writes it. */
export function messageOf(row: Row | NewRow, request: string, isUnroutable: boolean) {
  const tried = 'state' in row ? row : undefined;
  const settled = tried?.state === 'settled' ? tried : undefined;
  return {
    payment_hash: row.hash,
    payment_preimage: settled?.preimage ?? ZEROS,
    payment_request: request,
    value_msat: String(row.amount),
    value_sat: String(row.amount / 1000n),
    fee_msat: String(settled?.fee ?? 0n),
    fee_sat: String((settled?.fee ?? 0n) / 1000n),
    creation_time_ns: String(row.at * 1_000_000n),
    status: statusOf(tried),
    failure_reason:
      tried?.state === 'failed' ? reasonOf(tried, isUnroutable) : 'FAILURE_REASON_NONE',
    htlcs: tried && wasTried(tried, isUnroutable) ? [attemptOf(tried)] : [],
  };
}

function statusOf(tried: Row | undefined): string {
  if (tried?.state === 'settled') return 'SUCCEEDED';
  return tried?.state === 'failed' ? 'FAILED' : 'IN_FLIGHT';
}

function reasonOf({ code }: Row, isUnroutable: boolean): string {
  if (code === 'insufficient_balance') return 'FAILURE_REASON_INSUFFICIENT_BALANCE';
  if (code === 'FEE_LIMIT' || isUnroutable) return 'FAILURE_REASON_NO_ROUTE';
  return 'FAILURE_REASON_INCORRECT_PAYMENT_DETAILS';
}

/** Without a way, or the money for it, nothing is ever sent on one. */
function wasTried({ state, code }: Row, isUnroutable: boolean): boolean {
  return state !== 'failed' || (code === 'PaymentFailedError' && !isUnroutable);
}

function attemptOf({ state, fee, amount }: Row) {
  const total_fees_msat = String(fee);
  return {
    status: ATTEMPTS[state],
    route: { total_fees_msat, total_amt_msat: String(amount + fee) },
  };
}

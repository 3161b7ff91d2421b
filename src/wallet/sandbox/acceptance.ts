import { type Msat, sha256 } from '../../base/index.ts';
import type { Sql } from '../../sqlite/index.ts';
import type { PayFailure, Payment, PayOutcome } from '../../task/wallet.ts';
import { isPayable } from '../payable.ts';
import { type Course, courseOf, feeOf } from './behaviour.ts';
import { behaviourOf } from './behaviour-record.ts';
import { countsOf } from './funds.ts';
import { issuedOf, markAttempted, NETWORK } from './invoice.ts';
import type { Ledger } from './ledger.ts';
import { addEntry, current, type Entry, entryOf, outcomeOf } from './payment.ts';

/** What came of handing a payment to the ledger, and what its first caller is to hear of it. */
export interface Acceptance {
  readonly outcome: PayOutcome;
  readonly heard: Course['heard'];
}

/**
 * Takes a payment on, once per hash: in one transaction the hash is looked up, and only if nothing is known
 * of it, debited. An entry is looked at before the invoice is: an invoice that has become bad in the
 * meantime (by expiry, say) must not turn a payment in flight into a failed one.
 */
export function accept(ledger: Ledger, payment: Payment): Promise<Acceptance> {
  const payable = isPayable(payment, NETWORK, ledger.clock.now());
  return current(ledger, (sql, now) => {
    const known = entryOf(sql, payment.paymentHash);
    if (known) return { outcome: outcomeOf(known), heard: 'truth' };
    if (!payable) return { outcome: { kind: 'failed', code: 'INVOICE_INVALID' }, heard: 'truth' };

    const behaviour = behaviourOf(sql, payment.paymentHash);
    const course = courseOf(behaviour, now);
    const entry = { ...draw(sql, payment, course, feeOf(behaviour)), at: now };
    addEntry(sql, entry);
    markAttempted(sql, entry.hash);
    return { outcome: outcomeOf(entry), heard: entry.state === 'failed' ? 'truth' : course.heard };
  });
}

/** What becomes of a payment that is new: its row but for the time. */
function draw(sql: Sql, payment: Payment, course: Course, fee: Msat): Omit<Entry, 'at'> {
  const { paymentHash: hash, attemptId: attempt, amount } = payment;
  const entry = { hash, attempt, amount, fee };
  const issued = issuedOf(sql, hash);
  if (issued === undefined || course.state === 'failed') {
    return { ...entry, ...failed('PaymentFailedError') };
  }
  if (fee > payment.feeLimit) return { ...entry, ...failed('FEE_LIMIT') };
  if (amount + fee > countsOf(sql).balance) {
    return { ...entry, ...failed('insufficient_balance') };
  }
  const preimage = course.truePreimage ? issued.preimage : sha256(issued.preimage);
  const { state, dueAt } = course;
  return { ...entry, state, dueAt, issuer: issued.issuer, preimage, code: null };
}

function failed(code: PayFailure) {
  return { state: 'failed', code, issuer: null, preimage: null, dueAt: null } as const;
}

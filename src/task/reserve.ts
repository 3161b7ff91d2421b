import { type Refused, refuse } from '../base/index.ts';
import { purseOf, reservable } from '../policy/index.ts';
import { covers, type Rules } from './approval.ts';
import type { NewFact } from './fact.ts';
import { denied, judge, type Names } from './judge.ts';
import { nextStep } from './next-step.ts';
import { purchaseOf } from './purchase.ts';
import type { Decide, Wanted } from './record.ts';
import { hostOf } from './request.ts';

/** What T1 needs beside the record. */
export interface Reservation {
  /** The lease's number that this process holds. */
  readonly fence: number;
  readonly rules: Rules;
  readonly names: Names;
  /** A UUID of this attempt. */
  readonly attemptId: string;
}

/**
 * T1, the one place where money is committed. In one transaction it checks that the wallet told all that it
 * paid, that the payment hash is new, that the approval still covers this very purchase under today's policy, and that the sum with
 * its fee limit fits every budget; then it consumes the approval and holds the sum. An approval that
 * no longer covers the purchase is not stretched: the policy is asked anew.
 */
export function reserve({ fence, rules, names, attemptId }: Reservation): Decide {
  return (facts, books, now) => {
    const step = nextStep(facts, now);
    if (step.kind !== 'pay') return refuse('invalid_transition');
    if (books.unaudited) return refuse('record_restored');
    if (books.hashTask !== undefined) return [reused(now)];
    if (!covers(step.approved, purchaseOf(facts), rules, now))
      return [judge(facts, books, now, rules, names)];
    const { amount, paymentHash } = step.challenged.quote;
    const host = hostOf(step.challenged.quote);
    const { ceiling, by, allowance } = step.approved;
    // The purchase that gives an allowance is the first to draw on it, and not past its limit either.
    const grant = by.kind === 'human' ? allowance?.id : by.grant;
    const wanted = { host, amount, ceiling, grant, now };
    const fits = reservable(rules.policy, books, wanted);
    if (!fits.ok) return setBack(fits, () => judge(facts, books, now, rules, names), now);
    const { feeLimit } = fits.value;
    const wallet = purseOf(rules.policy);
    return [
      { kind: 'reserved', at: now, attemptId, host, paymentHash, amount, feeLimit, wallet, grant },
      { kind: 'sending', at: now, fence },
    ];
  };
}

/** A seller that sends one invoice twice would take the second payment for nothing. */
function reused(now: number): NewFact {
  return denied({ code: 'INVOICE_INVALID', detail: 'It was used before.' }, now);
}

/** A payment that does not fit now waits for others to end, is judged anew, or is denied. */
function setBack(fits: Refused, judgeAnew: () => NewFact, now: number): Wanted {
  if (fits.code === 'PAYMENTS_IN_FLIGHT') return fits;
  return [fits.code === 'APPROVAL_MISMATCH' ? judgeAnew() : denied(fits, now)];
}

import { MINUTE, refuse, SECOND } from '../base/index.ts';
import { covers } from './approval.ts';
import type { House, Means } from './means.ts';
import { INVOICE_MARGIN_MS, type StepOf } from './next-step.ts';
import { purchaseOf } from './purchase.ts';
import { type Decide, recordStep, type Turn } from './record.ts';
import { conclude, patience, send } from './send.ts';

/** Two misses at least this far apart, and an expired invoice, prove that nothing was sent. */
const MISSES_APART_MS: number = 60 * SECOND;

/** Asks the wallet about a payment that it may know. Returns when to look again, ms from now. */
export async function lookUp(
  means: Means,
  turn: Turn<StepOf<'look_up'>>,
): Promise<number | undefined> {
  const { reserved } = turn.step;
  const wallet = await means.wallet(reserved.wallet);
  const outcome = await wallet.lookUp(reserved.paymentHash);
  // A wallet that once showed a wrong preimage is believed nothing but a right one.
  const { doubted } = purchaseOf(turn.task.facts);
  if (doubted !== undefined && outcome.kind !== 'settled') return MINUTE;
  if (outcome.kind !== 'unknown' || outcome.cause !== 'not_found') {
    return conclude(means, turn, outcome);
  }
  const again = await recordStep(means, turn, sendAgain(turn.fence, await means.house()));
  if (again.rejected === undefined) return send(means, turn, wallet);
  await recordStep(means, turn, missed);
  return patience(reserved, means.clock.now());
}

/**
 * The wallet does not know the hash: while the invoice lives and the approval still covers the purchase,
 * the same hash is sent again, which the wallet pays at most once (crash matrix C1). Nothing is sent that
 * would no longer be approved: a human may have stopped it since.
 */
function sendAgain(fence: number, house: House): Decide {
  return (facts, { allowances, paused, unaudited }, now) => {
    const purchase = purchaseOf(facts);
    const { approved, challenged } = purchase;
    if (approved === undefined || challenged === undefined) return refuse('invalid_transition');
    const { by } = approved;
    const revoked = by.kind === 'allowance' && !allowances.some(({ id }) => id === by.grant);
    const alive = challenged.quote.expiresAt - now >= INVOICE_MARGIN_MS;
    return alive && !revoked && !paused && !unaudited && covers(approved, purchase, house, now)
      ? [{ kind: 'sending', at: now, fence }]
      : refuse('APPROVAL_MISMATCH');
  };
}

/** After that the sum stays held until nobody can settle the invoice any more; one miss proves nothing. */
const missed: Decide = (facts, _books, now) => {
  const { missed: first, challenged } = purchaseOf(facts);
  if (first === undefined) return [{ kind: 'missed', at: now }];
  const apart = now - first.at >= MISSES_APART_MS;
  const expired = challenged !== undefined && challenged.quote.expiresAt < now;
  return apart && expired ? [{ kind: 'released', at: now, code: 'PaymentFailedError' }] : [];
};

import { MINUTE, SECOND, TollkeeperError } from '../base/index.ts';
import type { FactOf } from './fact.ts';
import type { Means } from './means.ts';
import type { StepOf } from './next-step.ts';
import { purchaseOf } from './purchase.ts';
import { recordStep, type Turn } from './record.ts';
import { release, settle } from './settle.ts';
import type { PayOutcome, Wallet } from './wallet.ts';

/** How long the wallet may take before the payment counts as on its way, ms. */
const PAY_WAIT_MS: number = 20 * SECOND;

/**
 * Hands a reserved payment to the wallet. Only after a `sending` fact under this very fence; the
 * wallet's own promise, one debit per payment hash, makes a second hand-over harmless.
 * Returns when to look again, ms from now.
 */
export async function send(
  means: Means,
  turn: Turn<StepOf<'look_up'>>,
  wallet: Wallet,
): Promise<number | undefined> {
  const { paymentHash, attemptId, amount, feeLimit } = turn.step.reserved;
  const secret = await means.tasks.reveal(turn.task.id, 'challenged');
  if (secret === undefined) throw new TollkeeperError('store_corrupt');
  const { invoice } = secret;
  // Stopped since and continued, this process may not be the one that pays any more: it would be looked up.
  if (!turn.isSure()) throw new TollkeeperError('desktop_executor_offline');
  const payment = { paymentHash, attemptId, invoice, amount, feeLimit, waitMs: PAY_WAIT_MS };
  return conclude(means, turn, await wallet.pay(payment));
}

/** Records what the wallet said: T2, T3, or nothing yet. Returns when to look again, ms from now. */
export async function conclude(
  means: Means,
  turn: Turn<StepOf<'look_up'>>,
  outcome: PayOutcome,
): Promise<number | undefined> {
  switch (outcome.kind) {
    case 'settled': {
      const { credentialTtlMs } = await means.house();
      const { facts } = await recordStep(means, turn, settle(outcome, credentialTtlMs));
      return purchaseOf(facts).settled === undefined ? MINUTE : undefined;
    }
    case 'failed':
      await recordStep(means, turn, release(outcome.code));
      return undefined;
    case 'in_flight':
    case 'unknown':
      return patience(turn.step.reserved, means.clock.now());
  }
}

/** The older the payment, the rarer the look: from a quarter of a second to a minute, ms. */
export function patience(reserved: FactOf<'reserved'>, now: number): number {
  return Math.min(MINUTE, Math.max(SECOND / 4, (now - reserved.at) / 4));
}

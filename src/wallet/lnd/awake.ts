import type { AuthenticatedLnd } from 'ln-service';
import { type Clock, type Msat, SECOND, sum } from '../../base/index.ts';
import type { Payment } from '../../task/wallet.ts';
import { balanceOf } from './balance.ts';

/** How often it is asked whether a peer is back, ms. */
const LOOK_MS: number = SECOND / 4;

/**
 * Waits while a payment could be made if only a peer were not away: lnd takes payments some seconds before its
 * channels are up, and would fail at once what a human has just agreed to. After half of what the payment may take no
 * new look is begun; what happens then is for lnd to say. Rejects with gRPC's error, and once `over` aborts.
 */
export async function untilAwake(
  lnd: AuthenticatedLnd,
  { amount, waitMs }: Payment,
  clock: Clock,
  over: AbortSignal,
): Promise<void> {
  const until = clock.now() + waitMs / 2;
  while (clock.now() < until && (await sleeps(lnd, amount, over))) {
    await clock.after(LOOK_MS, over);
  }
  over.throwIfAborted();
}

async function sleeps(lnd: AuthenticatedLnd, amount: Msat, over: AbortSignal): Promise<boolean> {
  const { awake, asleep } = await balanceOf(lnd, over);
  return amount > awake && amount <= sum(awake, asleep);
}

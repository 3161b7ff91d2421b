import { type Log, MINUTE, SECOND } from '../base/index.ts';
import type { TollMeans } from './means.ts';
import { settleOverdue } from './overdue.ts';
import type { Receipt } from './settlement.ts';
import type { Earner } from './store.ts';

/** Follows what the node receives, and books it; and asks what became of invoices that nobody paid in time. */
export interface Collector {
  /** Resolves once nothing is booked any more. */
  close(): Promise<void>;
}

/** How long it waits before it asks a node again that was lost, ms: longer each time, up to the last. */
const PAUSES = [SECOND, 2 * SECOND, 5 * SECOND, 15 * SECOND, 60 * SECOND] as const;

/** How often it asks about invoices whose time is over, ms. */
const OVERDUE_MS = MINUTE;

/**
 * Starts to book every receipt of the node from the last that is in the books on, for as long as it is open. Where
 * it stands is kept nowhere but in the books, so a receipt is booked exactly once, whenever it dies and starts again.
 */
export function openCollector({
  paywalls,
  issuer,
  clock,
  log,
}: Pick<TollMeans, 'paywalls' | 'issuer' | 'clock' | 'log'>): Collector {
  const closing = new AbortController();
  const { signal } = closing;
  const follow = async (onBooked: () => void): Promise<void> => {
    const node = await issuer();
    const since = await paywalls.takings.cursor(node.node);
    if (signal.aborted) return;
    for await (const receipt of node.settlements(since, signal)) {
      await book(paywalls.takings, node, receipt, log);
      onBooked();
    }
  };
  const run = async (): Promise<void> => {
    for (let failures = 0; !signal.aborted; ) {
      try {
        await follow(() => {
          failures = 0;
        });
      } catch (cause) {
        log.warn({ cause }, 'The node was lost; its receipts are asked for again.');
      }
      await clock.after(PAUSES[failures] ?? PAUSES[PAUSES.length - 1] ?? SECOND, signal);
      failures = Math.min(failures + 1, PAUSES.length - 1);
    }
  };
  const check = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        await settleOverdue(await issuer(), paywalls, clock.now(), signal);
      } catch (cause) {
        log.warn({ cause }, 'What became of invoices could not be told; it is asked again.');
      }
      await clock.after(OVERDUE_MS, signal);
    }
  };
  const running = Promise.all([run(), check()]);
  return {
    async close() {
      closing.abort();
      await running;
    },
  };
}

async function book(
  takings: TollMeans['paywalls']['takings'],
  node: Earner,
  receipt: Receipt,
  log: Log,
): Promise<void> {
  const booked = await takings.book(node, receipt);
  if (booked.kind === 'replayed') return;
  const { id, fit, paywallId, amount } = booked.settlement;
  if (fit === 'whole') log.info({ id, paywallId, amount: `${amount}` }, 'A payment came in.');
  else
    log.warn({ id, fit, amount: `${amount}` }, 'A payment came in that fits no invoice of ours.');
}

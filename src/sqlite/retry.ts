import { SECOND, systemClock } from '../base/index.ts';
import { isBusy, storeFailure } from './failure.ts';

/** How long a lock may keep us waiting in all, in ms. */
const PATIENCE = 10 * SECOND;
const SHORTEST_PAUSE = 2;
const LONGEST_PAUSE = 20;

/**
 * Runs a synchronous piece of database work, and again while another connection is at work: for up to
 * 10 s, with pauses of random length so that racing processes do not meet again. The waiting is done
 * here and not by SQLite's own busy handler, which would block the event loop.
 * Rejects with `store_unavailable` or `store_corrupt`; errors that are not SQLite's pass unchanged.
 */
export async function retried<T>(work: () => T): Promise<T> {
  const deadline = systemClock.now() + PATIENCE;
  for (let ceiling = SHORTEST_PAUSE; ; ceiling = Math.min(ceiling * 2, LONGEST_PAUSE)) {
    try {
      return work();
    } catch (thrown) {
      if (!isBusy(thrown) || systemClock.now() > deadline) throw storeFailure(thrown);
    }
    await systemClock.after(1 + Math.random() * ceiling);
  }
}

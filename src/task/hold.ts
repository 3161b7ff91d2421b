import { SECOND } from '../base/index.ts';
import type { Means } from './means.ts';

/** How often the lease is kept fresh, ms. It goes on while payments run. */
const BEAT_MS: number = 2 * SECOND;
/** How long an idle process keeps the lease, ms: the next purchase then needs not take it again. */
const LINGER_MS: number = 10 * SECOND;

/** This process's hold on the executor lease. */
export interface Hold {
  /** The fencing number, if this process holds the lease or can take it now. */
  take(): Promise<number | undefined>;
  /** Whether this process holds the lease, so that nobody else can do the work. */
  isHeld(): boolean;
  /** Gives the lease back. */
  close(): Promise<void>;
}

/** Prepares to hold the lease under a name; nothing is written before the first `take`. */
export function openHold({ lease, clock, log }: Means, holder: string): Hold {
  const closing = new AbortController();
  let fence: number | undefined;
  let beating: Promise<void> | undefined;
  let usedAt = 0;

  const beat = async (): Promise<void> => {
    while (fence !== undefined) {
      await clock.after(BEAT_MS, closing.signal);
      if (closing.signal.aborted || clock.now() - usedAt > LINGER_MS) return giveBack();
      const kept = await lease.beat(fence).catch(() => true);
      if (!kept) fence = undefined;
    }
  };
  const giveBack = async (): Promise<void> => {
    const held = fence;
    fence = undefined;
    if (held === undefined) return;
    await lease.release(held).catch(error => log.warn({ error }, 'the lease was not given back'));
  };

  return {
    isHeld: () => fence !== undefined,
    async take() {
      usedAt = clock.now();
      if (fence === undefined && !closing.signal.aborted) {
        fence = await lease.take(holder);
        if (fence !== undefined) beating = beat();
      }
      return fence;
    },
    async close() {
      closing.abort();
      await beating;
      await giveBack();
    },
  };
}

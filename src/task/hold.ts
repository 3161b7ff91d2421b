import { randomUUID } from 'node:crypto';
import { SECOND } from '../base/index.ts';
import type { Means } from './means.ts';

/** How often the lease is kept fresh, ms. It goes on while payments run. */
const BEAT_MS: number = 2 * SECOND;
/** How long an idle process keeps the lease, ms: the next purchase then needs not take it again. */
const LINGER_MS: number = 10 * SECOND;
/**
 * How long after a beat nobody else can have taken the lease, ms: less than the 10 s for which the record
 * keeps it fresh. A process that was stopped for longer must not go on as if no time had passed.
 */
const SURE_MS: number = 8 * SECOND;

/** How a process does the executor's work: whenever there is some, or as what it is there for. */
export type Post = 'on_call' | 'standing';

/** This process's hold on the executor lease. */
export interface Hold {
  /** The fencing number, if this process holds the lease or can take it now. */
  take(): Promise<number | undefined>;
  /** Whether this process holds the lease, so that nobody else can do the work. */
  isHeld(): boolean;
  /** Whether nobody else can have taken the lease of this number meanwhile. */
  isSure(fence: number): boolean;
  /** Gives the lease back. */
  close(): Promise<void>;
}

/** Prepares to hold the lease; nothing is written before the first `take`. On a standing post it is never given back. */
export function openHold({ lease, clock, log }: Means, post: Post): Hold {
  const closing = new AbortController();
  let fence: number | undefined;
  let beating: Promise<void> | undefined;
  let usedAt = 0;
  let keptAt = 0;

  const isIdle = (): boolean => post === 'on_call' && clock.now() - usedAt > LINGER_MS;
  const beat = async (): Promise<void> => {
    while (fence !== undefined) {
      await clock.after(BEAT_MS, closing.signal);
      if (closing.signal.aborted || isIdle()) return giveBack();
      const at = clock.now();
      const kept = await lease.beat(fence).catch(() => undefined);
      if (kept === true) keptAt = at;
      if (kept === false) fence = undefined;
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
    isSure: held => held === fence && Math.abs(clock.now() - keptAt) < SURE_MS,
    async take() {
      usedAt = clock.now();
      if (fence === undefined && !closing.signal.aborted) {
        fence = await lease.take(holderName(post));
        keptAt = usedAt;
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

function holderName(post: Post): string {
  return `${post}/${process.pid}/${randomUUID()}`;
}

/** What a holder of the lease says of itself by its name; undefined if it is no such name. */
export function holderOf(name: string): { readonly post: Post; readonly pid: number } | undefined {
  const [post, pid] = name.split('/');
  const known = post === 'standing' || post === 'on_call';
  return known ? { post, pid: Number(pid) } : undefined;
}

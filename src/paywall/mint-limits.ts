import { MINUTE, ok, type Result, refuse, SECOND } from '../base/index.ts';
import type { SellerPolicy } from '../policy/index.ts';
import type { Client } from './client.ts';

/** How many invoices are made: a flood is stopped before it costs the node anything. */
export interface MintLimits {
  /** Counts one invoice for a client's network at a time (ms), or refuses with `rate_limited` and says how long to wait. */
  take(client: Client, limits: SellerPolicy['mint'], now: number): Result<void> & Wait;
}

/** How long a refusal holds, in whole seconds. */
export interface Wait {
  readonly retryAfterSeconds?: number;
}

/** A count that drains evenly: `level` invoices stood against it at the time `at`, ms. */
interface Bucket {
  readonly level: number;
  readonly at: number;
}

/**
 * Opens the limits. Only what was let through is remembered, and only for as long as it counts, so that the memory is
 * bounded by the limit for all, however many clients ask. A clock that goes back frees nothing.
 */
export function openMintLimits(): MintLimits {
  const networks = new Map<string, Bucket>();
  let everybody: Bucket = { level: 0, at: 0 };
  let swept = 0;

  const sweep = (now: number): void => {
    if (Math.abs(now - swept) < MINUTE) return;
    swept = now;
    for (const [network, { at }] of networks) if (now - at >= MINUTE) networks.delete(network);
  };
  return {
    take({ network }, { perClient, perMinute }, now) {
      sweep(now);
      const all = added(everybody, perMinute, now);
      const own = added(networks.get(network) ?? { level: 0, at: now }, perClient, now);
      const wait = Math.max(over(all, perMinute), over(own, perClient));
      if (wait > 0) {
        return { ...refuse('rate_limited'), retryAfterSeconds: Math.ceil(wait / SECOND) };
      }
      everybody = all;
      networks.set(network, own);
      return ok(undefined);
    },
  };
}

/** The bucket with one more, after what has drained since. */
function added({ level, at }: Bucket, most: number, now: number): Bucket {
  const drained = (Math.max(0, now - at) * most) / MINUTE;
  return { level: Math.max(0, level - drained) + 1, at: Math.max(at, now) };
}

/** How long until the bucket holds no more than it may, ms. */
function over({ level }: Bucket, most: number): number {
  return level > most ? ((level - most) * MINUTE) / most : 0;
}

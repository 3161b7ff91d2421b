import { setTimeout as sleep } from 'node:timers/promises';

/** The only source of time; tests pass one that they move by hand. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** Resolves after `ms` milliseconds, or at once (without an error) when `signal` aborts. */
  after(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, signal) => sleep(ms, undefined, { signal, ref: true }).catch(() => undefined),
};

export const SECOND = 1000;
export const MINUTE: number = 60 * SECOND;
export const HOUR: number = 60 * MINUTE;
export const DAY: number = 24 * HOUR;

import type { Clock } from '../../src/base/index.ts';

/** A clock that stands still until a test moves it: nothing waits in real time. */
export interface HandClock extends Clock {
  /** Moves the time, forwards or back; whoever slept until then, or less, wakes. Back, nobody sleeps longer for it. */
  move(ms: number): void;
  /** The latest time that it ever showed, however far it was put back since. */
  latest(): number;
  /** Resolves as soon as somebody sleeps for so many ms, or for anything from `least` to `most`. */
  asleep(least: number, most?: number): Promise<void>;
}

interface Sleeper {
  readonly ms: number;
  until: number;
  readonly wake: () => void;
}

/** Starts at noon UTC, so that a day is long enough for most stories. */
export function handClock(start: number = Date.UTC(2026, 0, 15, 12)): HandClock {
  let now = start;
  let latest = start;
  const sleepers = new Set<Sleeper>();
  const watchers = new Set<() => void>();
  return {
    now: () => now,
    latest: () => latest,
    after: (ms, signal) =>
      new Promise<void>(resolve => {
        if (signal?.aborted) return resolve();
        const sleeper: Sleeper = {
          ms,
          until: now + ms,
          wake() {
            sleepers.delete(sleeper);
            signal?.removeEventListener('abort', sleeper.wake);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', sleeper.wake);
        for (const watch of watchers) watch();
      }),
    move(ms) {
      now += ms;
      latest = Math.max(latest, now);
      // A timer of the machine runs on while its clock is put back.
      if (ms < 0) for (const sleeper of sleepers) sleeper.until += ms;
      for (const sleeper of [...sleepers]) if (sleeper.until <= now) sleeper.wake();
    },
    asleep: (least, most = least) =>
      new Promise<void>(resolve => {
        const watch = () => {
          if (![...sleepers].some(({ ms }) => least <= ms && ms <= most)) return;
          watchers.delete(watch);
          resolve();
        };
        watchers.add(watch);
        watch();
      }),
  };
}

import { type Clock, systemClock } from '../base/index.ts';
import type { Database } from '../sqlite/index.ts';
import type { Mark, News } from '../task/store.ts';

/**
 * How long a waiter pauses between looks for commits of other processes, in ms of real time: at first short,
 * because most answers come soon, then longer. A look takes some µs, but waking for it every 25 ms costs 0.4 %
 * of a core, and some wait for days.
 */
const SHORTEST_PAUSE = 10;
const LONGEST_PAUSE = 100;

/**
 * News of the record. A mark counts our own commits and names SQLite's data version, which stands for
 * everybody else's, so nothing written after the mark can be missed. Deadlines are the given clock's.
 */
export function openNews(db: Database, clock: Clock): News {
  let own = 0;
  const waiters = new Set<() => void>();
  db.onCommit(() => {
    own += 1;
    for (const wake of waiters) wake();
  });
  const mark = () => `${own}.${db.dataVersion()}` as Mark;

  return {
    mark,
    async after(since, ms, signal) {
      const ended = new AbortController();
      const end = () => ended.abort();
      if (signal?.aborted) return;
      signal?.addEventListener('abort', end, { once: true });
      waiters.add(end);
      try {
        void clock.after(ms, ended.signal).then(end);
        for (let pause = SHORTEST_PAUSE; !ended.signal.aborted && mark() === since; ) {
          await systemClock.after(pause, ended.signal);
          pause = Math.min(pause * 1.5, LONGEST_PAUSE);
        }
      } finally {
        end();
        waiters.delete(end);
        signal?.removeEventListener('abort', end);
      }
    },
  };
}

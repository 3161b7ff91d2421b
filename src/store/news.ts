import { type Clock, systemClock } from '../base/index.ts';
import type { Database } from '../sqlite/index.ts';
import type { Mark, News } from '../task/store.ts';

/** How often a waiter looks for commits of other processes, in ms of real time; a look takes some µs. */
const LOOK_MS = 25;

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
        while (!ended.signal.aborted && mark() === since) {
          await systemClock.after(LOOK_MS, ended.signal);
        }
      } finally {
        end();
        waiters.delete(end);
        signal?.removeEventListener('abort', end);
      }
    },
  };
}

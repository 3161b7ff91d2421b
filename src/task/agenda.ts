import type { Clock } from '../base/index.ts';
import { SECOND, type TaskId } from '../base/index.ts';

/** How often a process looks at the open tasks although nothing told it to, ms. */
const LOOK_MS: number = 1 * SECOND;

/** An open task, as long as the loop knows it. */
export interface Open {
  readonly id: TaskId;
  /** How many facts it has. */
  readonly length: number;
}

/** When each open task is to be looked at again. */
export interface Agenda {
  /** Whether a task has news, or its time has come. */
  isDue(task: Open): boolean;
  /** A task had its turn with so many facts; `at` (ms) is when to look again, undefined if only new facts can move it. */
  note(task: Open, at: number | undefined): void;
  /** Forgets every task that is not open any more. */
  keepOnly(open: readonly Open[]): void;
  /** How long until a task falls due that was not at `since`, ms. One that was is under way, or somebody else's. */
  untilNext(since: number): number;
}

interface Look {
  readonly length: number;
  readonly at: number | undefined;
  /** When that was said, ms. */
  readonly since: number;
}

/** Opens an empty agenda: every task is due. */
export function openAgenda(clock: Clock): Agenda {
  const looks = new Map<TaskId, Look>();
  return {
    isDue({ id, length }) {
      const look = looks.get(id);
      if (look?.length !== length) return true;
      const now = clock.now();
      // A clock that was put back would have a payment wait until it is as late again.
      return look.at !== undefined && (now >= look.at || now < look.since);
    },
    note({ id, length }, at) {
      looks.set(id, { length, at, since: clock.now() });
    },
    keepOnly(open) {
      const ids = new Set(open.map(({ id }) => id));
      for (const id of looks.keys()) if (!ids.has(id)) looks.delete(id);
    },
    untilNext(since) {
      const now = clock.now();
      const waits = [...looks.values()].flatMap(({ at = 0 }) => (at > since ? [at - now] : []));
      return Math.max(1, Math.min(LOOK_MS, ...waits));
    },
  };
}

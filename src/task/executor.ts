import { randomUUID } from 'node:crypto';
import { SECOND, type TaskId } from '../base/index.ts';
import { drive } from './drive.ts';
import { openHold } from './hold.ts';
import type { Means } from './means.ts';

/** How often a process looks at the open tasks although nothing told it to, ms. */
const LOOK_MS: number = 1 * SECOND;
/** Tasks of one kind that take steps at the same time; the others wait their turn. */
const MOST_AT_ONCE = 16;

/** The loop over every open task. It rests when there is none. */
export interface Executor {
  /** There may be something to do. Cheap, and safe to call at any time. */
  wake(): void;
  /** Stops taking steps and gives the lease back. Money in flight stays with the wallet and the record. */
  close(): Promise<void>;
}

/** What is known of an open task since its last turn. */
interface Look {
  readonly length: number;
  /** When to look again, ms since 1970; undefined when only new facts can move it. */
  readonly at: number | undefined;
}

/** An open task, as long as the loop knows it. */
interface Open {
  readonly id: TaskId;
  readonly length: number;
}

/** An open task that takes its steps now. */
interface Driven extends Open {
  readonly turn: Promise<void>;
}

/** Prepares the loop; nothing happens before the first `wake`. */
export function openExecutor(means: Means): Executor {
  const hold = openHold(means, randomUUID());
  const driven = new Map<TaskId, Driven>();
  const looks = new Map<TaskId, Look>();
  const closing = new AbortController();
  let pause = new AbortController();
  let running: Promise<void> | undefined;

  const isDue = ({ id, length }: Open): boolean => {
    const look = looks.get(id);
    if (driven.has(id)) return false;
    return look?.length !== length || (look.at !== undefined && means.clock.now() >= look.at);
  };
  const start = ({ id, length }: Open, fence: number): void => {
    const turn = drive(means, id, { fence, closing: closing.signal }).then(at => {
      looks.set(id, { length, at });
      driven.delete(id);
      pause.abort();
    });
    driven.set(id, { id, length, turn });
  };
  /** One look at the record. Returns whether to look again: an idle holder still works for other processes. */
  const look = async (): Promise<boolean> => {
    const open = await means.tasks.unfinished();
    forgetAllBut(open, looks);
    const due = inTurn(open.filter(isDue), [...driven.values()]);
    // A payment that takes long must not cost the lease: work under way counts as use.
    const fence = due.length + driven.size > 0 ? await hold.take() : undefined;
    if (fence !== undefined) for (const task of due) start(task, fence);
    return open.length > 0 || driven.size > 0 || hold.isHeld();
  };
  const run = async (): Promise<void> => {
    for (let busy = true; busy && !closing.signal.aborted; ) {
      pause = new AbortController();
      const mark = means.news.mark();
      const since = means.clock.now();
      const found = await look().catch(error => {
        means.log.error({ error }, 'the task record could not be read');
        return true;
      });
      // Whoever wakes the loop while it looks may have written after what it read.
      busy = found || pause.signal.aborted;
      const woken = AbortSignal.any([pause.signal, closing.signal]);
      if (busy) await means.news.after(mark, untilNext(looks, since, means.clock.now()), woken);
    }
    running = undefined;
  };

  return {
    wake() {
      if (closing.signal.aborted) return;
      if (running === undefined) running = run();
      else pause.abort();
    },
    async close() {
      closing.abort();
      await running;
      await Promise.all([...driven.values()].map(({ turn }) => turn));
      await hold.close();
    },
  };
}

/**
 * The due tasks that may start now. New ones, which only ask for a price, have places of their own: slow
 * sellers must not keep a payment from being looked up, or what was paid for from being fetched.
 */
function inTurn(due: readonly Open[], driven: readonly Open[]): readonly Open[] {
  const isNew = ({ length }: Open): boolean => length === 1;
  const fitting = (suits: (task: Open) => boolean): readonly Open[] =>
    due.filter(suits).slice(0, Math.max(0, MOST_AT_ONCE - driven.filter(suits).length));
  return [...fitting(task => !isNew(task)), ...fitting(isNew)];
}

function forgetAllBut(open: readonly Open[], looks: Map<TaskId, Look>): void {
  const ids = new Set(open.map(({ id }) => id));
  for (const id of looks.keys()) if (!ids.has(id)) looks.delete(id);
}

/** How long until a task falls due, ms. One that was due already is under way, or is not this process's to take. */
function untilNext(looks: ReadonlyMap<TaskId, Look>, since: number, now: number): number {
  const waits = [...looks.values()].flatMap(({ at = 0 }) => (at > since ? [at - now] : []));
  return Math.max(1, Math.min(LOOK_MS, ...waits));
}

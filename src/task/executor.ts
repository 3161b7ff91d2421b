import type { TaskId } from '../base/index.ts';
import { type Open, openAgenda } from './agenda.ts';
import { openAuditor } from './audit.ts';
import { drive } from './drive.ts';
import { openHold, type Post } from './hold.ts';
import type { Means } from './means.ts';
import type { Tenure } from './record.ts';

/** Tasks of one kind that take steps at the same time; the others wait their turn. */
const MOST_AT_ONCE = 16;

/** The loop over every open task. It rests when there is none, unless its post is a standing one. */
export interface Executor {
  /** There may be something to do. Cheap, and safe to call at any time. */
  wake(): void;
  /** Stops taking steps and gives the lease back. Money in flight stays with the wallet and the record. */
  close(): Promise<void>;
}

/** An open task that takes its steps now. */
interface Driven extends Open {
  readonly turn: Promise<void>;
}

/** Prepares the loop; nothing happens before the first `wake`. */
export function openExecutor(means: Means, post: Post = 'on_call'): Executor {
  const round = openRound(means, post);
  const closing = round.closing;
  let running: Promise<void> | undefined;

  const run = async (): Promise<void> => {
    for (let busy = true; busy && !closing.signal.aborted; ) {
      const woken = AbortSignal.any([round.begin(), closing.signal]);
      const mark = means.news.mark();
      const since = means.clock.now();
      const found = await round.look().catch(error => {
        means.log.error({ error }, 'the task record could not be read');
        return true;
      });
      // Whoever wakes the loop while it looks may have written after what it read.
      busy = found || woken.aborted;
      if (busy) await means.news.after(mark, round.agenda.untilNext(since), woken);
    }
    running = undefined;
  };

  return {
    wake() {
      if (closing.signal.aborted) return;
      if (running === undefined) running = run();
      else round.wake();
    },
    async close() {
      closing.abort();
      await running;
      await round.close();
    },
  };
}

/** What one look at the open tasks after another works with. */
function openRound(means: Means, post: Post) {
  const hold = openHold(means, post);
  const auditor = openAuditor(means);
  const agenda = openAgenda(means.clock);
  const driven = new Map<TaskId, Driven>();
  const closing = new AbortController();
  let pause = new AbortController();

  const tenureOf = (fence: number): Tenure => ({
    fence,
    isSure: () => hold.isSure(fence),
    closing: closing.signal,
  });
  const start = (task: Open, fence: number): void => {
    const turn = drive(means, task.id, tenureOf(fence)).then(({ at, length }) => {
      agenda.note({ id: task.id, length }, at);
      driven.delete(task.id);
      pause.abort();
    });
    driven.set(task.id, { ...task, turn });
  };
  return {
    agenda,
    closing,
    /** Begins a look; what wakes the loop from here on aborts the signal. */
    begin(): AbortSignal {
      pause = new AbortController();
      return pause.signal;
    },
    wake: () => pause.abort(),
    /** One look at the record. Returns whether to look again: an idle holder still works for other processes. */
    async look(): Promise<boolean> {
      const open = await means.tasks.unfinished();
      agenda.keepOnly(open);
      const due = inTurn(
        open.filter(task => !driven.has(task.id) && agenda.isDue(task)),
        [...driven.values()],
      );
      // A payment that takes long must not cost the lease: work under way counts as use.
      const isBusy = due.length + driven.size > 0;
      const wanted = post === 'standing' || isBusy || (await means.audits.due()) !== undefined;
      const fence = wanted ? await hold.take() : undefined;
      if (fence !== undefined) {
        auditor.attend(tenureOf(fence));
        for (const task of due) start(task, fence);
      }
      return post === 'standing' || open.length > 0 || driven.size > 0 || hold.isHeld();
    },
    async close(): Promise<void> {
      await Promise.all([...driven.values()].map(({ turn }) => turn));
      await auditor.close();
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

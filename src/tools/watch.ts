import { SECOND } from '../base/index.ts';
import { statusOf, type Task } from '../task/index.ts';
import type { ToolContext } from './context.ts';

/** How often a waiting client hears that we are still there, ms. */
const PULSE_MS: number = 5 * SECOND;

/** What to wait for, and at most how long: `ms`, and until the signal aborts. */
export interface Watching {
  readonly ms: number;
  readonly signal: AbortSignal;
  readonly isEnough: (task: Task, now: number) => boolean;
}

/** Waits for news of a task and tells the client now and then that it does; returns the task as it then is. */
export async function watch(
  { buyer, clock, progress }: ToolContext,
  task: Task,
  { ms, signal, isEnough }: Watching,
): Promise<Task> {
  const until = clock.now() + ms;
  for (let current = task; ; ) {
    const left = Math.max(0, until - clock.now());
    const wait = Math.min(PULSE_MS, left);
    current = await buyer.wait(current, { ms: wait, signal, isEnough });
    if (left === wait || signal.aborted || isEnough(current, clock.now())) return current;
    progress(statusOf(current.facts, clock.now()).status);
  }
}

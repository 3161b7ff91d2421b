import type { Means } from './means.ts';
import type { Task } from './store.ts';

/** What to wait for: something about the task, at most `ms`, at most until the signal aborts. */
export interface Waiting {
  readonly ms: number;
  readonly isEnough: (task: Task, now: number) => boolean;
  readonly signal?: AbortSignal;
}

/** Waits for news of a task, whichever process writes them; returns the task as it then is. */
export async function waitFor(
  { tasks, news, clock }: Pick<Means, 'tasks' | 'news' | 'clock'>,
  task: Task,
  { ms, isEnough, signal }: Waiting,
): Promise<Task> {
  const until = clock.now() + ms;
  for (let current = task; ; ) {
    const mark = news.mark();
    current = (await tasks.load(task.id)) ?? current;
    const left = until - clock.now();
    if (left <= 0 || signal?.aborted || isEnough(current, clock.now())) return current;
    await news.after(mark, left, signal);
  }
}

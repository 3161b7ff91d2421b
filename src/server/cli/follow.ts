import { SECOND } from '../../base/index.ts';
import { questionOf, statusOf, type Task } from '../../task/index.ts';
import type { Tollkeeper } from '../compose.ts';
import type { Session } from './session.ts';

/** How long a command watches a purchase. What is not over by then goes on without it. */
const WATCH_MS: number = 60 * SECOND;

/** Watches a task until it is over or asks a human, telling them each status on the way. */
export async function follow(
  { clock, output }: Session,
  { buyer }: Tollkeeper,
  started: Task,
): Promise<Task> {
  const until = clock.now() + WATCH_MS;
  let told: string | undefined;
  const isNews = (task: Task, now: number) =>
    isOver(task, now) || statusOf(task.facts, now).status !== told;
  for (let task = started; ; ) {
    task = await buyer.wait(task, { ms: Math.max(0, until - clock.now()), isEnough: isNews });
    const now = clock.now();
    if (isOver(task, now) || now >= until) return task;
    told = statusOf(task.facts, now).status;
    output.remark(`${told} …`);
  }
}

function isOver(task: Task, now: number): boolean {
  return statusOf(task.facts, now).final || questionOf(task, now) !== undefined;
}

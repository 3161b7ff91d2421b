import { isTaskId, ok, type Result, refuse } from '../base/index.ts';
import { type Answered, answer, type HumanAnswer } from './answer.ts';
import { cancel, renew } from './change.ts';
import type { Executor } from './executor.ts';
import type { Means } from './means.ts';
import { type Order, openTask } from './order.ts';
import { purchaseOf } from './purchase.ts';
import { type Decide, record } from './record.ts';
import type { Task } from './store.ts';
import { type Waiting, waitFor } from './wait.ts';

/** What people and programs can do with tasks. */
export interface Buyer {
  /** Starts a purchase, or joins the equal one that is under way. */
  buy(order: Order): Promise<Result<Task>>;
  /** Waits until `isEnough` holds for a task, `ms` are over, or the signal aborts. */
  wait(task: Task, wait: Waiting): Promise<Task>;
  /** An owner's task; anybody else's is `task_not_found`, as if it did not exist. */
  find(owner: string, taskId: string): Promise<Result<Task>>;
  /** Records what a human said, and nothing that a model said. */
  answer(task: Task, given: HumanAnswer): Promise<Answered>;
  /** `PAYMENT_PENDING` when money may be on its way, `invalid_transition` when it is over. */
  cancel(task: Task): Promise<Result<Task>>;
  /** Has a declined, expired or denied task asked anew, with a fresh quote. */
  renew(task: Task): Promise<Result<Task>>;
}

/** Opens the buyer's counter; `executor` is woken by whatever gives it something to do. */
export function openBuyer(means: Means, executor: Executor): Buyer {
  const change = async (task: Task, decide: Decide): Promise<Result<Task>> => {
    const { facts, rejected, detail } = await record(means, task, decide);
    executor.wake();
    return rejected === undefined ? ok({ id: task.id, facts }) : refuse(rejected, detail);
  };
  return {
    async buy(order) {
      const task = await openTask(means, order);
      executor.wake();
      return task;
    },
    wait: (task, wait) => waitFor(means, task, wait),
    async find(owner, taskId) {
      const task = isTaskId(taskId) ? await means.tasks.load(taskId) : undefined;
      const owned = task && purchaseOf(task.facts).requested.request.owner === owner;
      return owned ? ok(task) : refuse('task_not_found');
    },
    async answer(task, given) {
      const answered = await answer(means, task, given);
      executor.wake();
      return answered;
    },
    cancel: task => change(task, cancel),
    renew: task => change(task, renew),
  };
}

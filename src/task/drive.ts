import { asTollkeeperError, type Code, SECOND, type TaskId } from '../base/index.ts';
import { expire } from './change.ts';
import { deliver, giveUp } from './deliver.ts';
import { judge, newNames } from './judge.ts';
import { lookUp } from './look-up.ts';
import type { Means } from './means.ts';
import { nextStep } from './next-step.ts';
import { pay } from './pay.ts';
import { probe } from './probe.ts';
import { purchaseOf } from './purchase.ts';
import { recordStep, type Tenure, type Turn } from './record.ts';

/** More turns in one go than any purchase needs: a bound against a loop that gets nowhere. */
const MOST_TURNS = 30;
/** How long a task rests after an error of the machine, ms. */
const REST_MS: number = 5 * SECOND;

/** How a task was left. */
export interface Left {
  /** When to look again, ms since 1970; undefined when only new facts can move it. */
  readonly at: number | undefined;
  /** How many facts of it are known here; 0 if none could be read. */
  readonly length: number;
}

/**
 * Takes a task's steps, one after another, until it is done or has to wait: load the facts, name the
 * next step, take it, record what came of it, again. Never rejects.
 */
export async function drive(means: Means, taskId: TaskId, tenure: Tenure): Promise<Left> {
  let length = 0;
  const know = <Known extends { readonly facts: readonly unknown[] } | undefined>(known: Known) => {
    length = known?.facts.length ?? length;
    return known;
  };
  // What this process wrote itself is no news to it: else a look-up that is taken down would call for the next.
  const tasks: Means['tasks'] = {
    ...means.tasks,
    load: async id => know(await means.tasks.load(id)),
    append: async (...what) => know(await means.tasks.append(...what)),
  };
  const at = await steps({ ...means, tasks }, taskId, tenure);
  return { at, length };
}

/** Takes the steps; returns when to look again, in ms since 1970. */
async function steps(means: Means, taskId: TaskId, tenure: Tenure): Promise<number | undefined> {
  let turn: Turn | undefined;
  try {
    for (let turns = 0; turns < MOST_TURNS && !tenure.closing.aborted; turns += 1) {
      const task = await means.tasks.load(taskId);
      if (task === undefined) return undefined;
      turn = { ...tenure, task, step: nextStep(task.facts, means.clock.now()) };
      if (turn.step.kind === 'done') return undefined;
      if (turn.step.kind === 'await_human') return turn.step.asked.expiresAt;
      const wait = await take(means, turn);
      if (wait !== undefined) return means.clock.now() + wait;
    }
    if (!tenure.closing.aborted) means.log.error({ taskId }, 'a task takes too many turns');
  } catch (thrown) {
    return await rescue(means, turn, thrown);
  }
  return means.clock.now() + REST_MS;
}

/** Takes one step. Returns how long to wait before the next look, ms, if it has to. */
async function take(means: Means, turn: Turn): Promise<number | undefined> {
  const { step } = turn;
  switch (step.kind) {
    case 'probe':
      return void (await probe(means, { ...turn, step }));
    case 'decide':
      return void (await decideQuote(means, turn));
    case 'pay':
      return pay(means, { ...turn, step });
    case 'look_up':
      return lookUp(means, { ...turn, step });
    case 'deliver':
      return void (await deliver(means, { ...turn, step }));
    case 'give_up':
      return void (await recordStep(means, turn, giveUp(step.paid)));
    case 'expire':
      return void (await recordStep(means, turn, expire));
    case 'await_human':
    case 'done':
      return undefined;
  }
}

async function decideQuote(means: Means, turn: Turn): Promise<void> {
  const house = await means.house();
  const names = newNames();
  await recordStep(means, turn, (facts, books, now) => [judge(facts, books, now, house, names)]);
}

/**
 * An error of the machine. Before money is held it ends the task, so that the caller hears of it; after
 * that nothing but the wallet's word ends it, so it rests and is tried again.
 */
async function rescue(
  means: Means,
  turn: Turn | undefined,
  thrown: unknown,
): Promise<number | undefined> {
  const error = asTollkeeperError(thrown);
  const rest = means.clock.now() + REST_MS;
  // Whoever holds the lease now may die of it: then this process is to go on.
  if (error.code === 'desktop_executor_offline') return rest;
  means.log.error({ taskId: turn?.task.id, code: error.code, error }, 'a step failed');
  if (turn === undefined || purchaseOf(turn.task.facts).reserved || isTheRecords(error.code)) {
    return rest;
  }
  const failed = recordStep(means, turn, (_facts, _books, now) => [
    { kind: 'failed', at: now, code: error.code },
  ]);
  // A task that went on meanwhile, as when the sum was held in this very step, is not ended: it is looked at again.
  return failed.then(
    ({ rejected }) => (rejected === undefined ? undefined : rest),
    () => rest,
  );
}

/** What the record itself suffers from cannot be recorded. */
function isTheRecords(code: Code): boolean {
  return code.startsWith('store_');
}

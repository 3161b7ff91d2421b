import fc from 'fast-check';
import { expect } from 'vitest';
import { purchaseOf } from '../../src/task/index.ts';
import type { Due, Model, ModelTask } from './model.ts';
import { dueTask, holderOf } from './model-command.ts';
import type { Rig, RigTenure } from './model-rig.ts';

/** Chooses among whatever there is. */
export const pick: fc.Arbitrary<number> = fc.nat(1000);

/** Has the holder of the lease take a task's due step, which has to be of this kind. Returns what stopped it. */
export async function step(model: Model, rig: Rig, kind: Due, task: ModelTask, more: Tenure = {}) {
  const process = holderOf(model);
  if (process === undefined) throw new Error('nobody holds the lease');
  const stepped = await rig.step(process, task, { fence: model.lease.fence, ...more });
  expect(stepped.kind).toBe(kind);
  return stepped.stopped;
}

type Tenure = Omit<RigTenure, 'fence'>;

/** Whether somebody may take such a step, and on some task. */
export const can =
  (due: Due) =>
  (model: Model): boolean =>
    holderOf(model) !== undefined && dueTask(model, due, 0) !== undefined;

/** A task of which such a step is due. */
export const due = (model: Model, kind: Due, choice: number): ModelTask => {
  const task = dueTask(model, kind, choice);
  if (task === undefined) throw new Error(`no task is due to ${kind}`);
  return task;
};

/** Learns under which name the record keeps the question that a task waits with, if it does. */
export async function learnAsk(rig: Rig, task: ModelTask): Promise<void> {
  if (task.phase.is !== 'asked') return;
  const { asked } = purchaseOf((await rig.load(task)).facts);
  if (asked === undefined) throw new Error('nothing was asked');
  expect(asked).toMatchObject({
    ceiling: task.phase.ask.ceiling,
    expiresAt: task.phase.ask.expiresAt,
  });
  rig.asks.set(task.phase.ask, asked.askId);
}

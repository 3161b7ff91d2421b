import fc from 'fast-check';
import { expect } from 'vitest';
import { SECOND } from '../../src/base/index.ts';
import type { Model, Process } from './model.ts';
import { commandsOf, holderOf, pass } from './model-command.ts';
import type { Rig } from './model-rig.ts';

// The lease: who may take steps.

const processes = fc.constantFrom<Process>(0, 1);

/** A process takes the lease, which it gets if nobody holds it freshly. */
export async function take(model: Model, rig: Rig, process: Process): Promise<void> {
  const { lease, now, fences } = model;
  const isFresh = lease.holder !== undefined && Math.abs(now - lease.beatAt) <= 10 * SECOND;
  if (!isFresh) {
    Object.assign(lease, { fence: lease.fence + 1, holder: process, beatAt: now });
    fences[process] = lease.fence;
  }
  const taken = await rig.stores[process].lease.take(`process ${process}`);
  expect(taken).toBe(isFresh ? undefined : lease.fence);
}

/** Somebody wants the lease, after the holder kept silent for a while or at once. */
export const takeLease = commandsOf(
  'take the lease',
  fc.tuple(processes, fc.constantFrom(0, 11 * SECOND)),
  {
    async run(model, rig, [process, silence]) {
      pass(model, rig, silence);
      await take(model, rig, process);
    },
  },
);

/** A process keeps the lease fresh; one that lost it is told so. */
export const beat = commandsOf('beat', processes, {
  can: ({ fences }, process) => fences[process] !== undefined,
  async run(model, rig, process) {
    const { lease, fences, now } = model;
    const fence = fences[process] ?? 0;
    const isKept = fence === lease.fence && lease.holder !== undefined;
    if (isKept) lease.beatAt = now;
    expect(await rig.stores[process].lease.beat(fence)).toBe(isKept);
  },
});

/** The holder gives the lease back, and the other takes it. */
export const handOver = commandsOf('hand over', fc.constant(undefined), {
  can: model => holderOf(model) !== undefined,
  async run(model, rig) {
    const process = holderOf(model);
    if (process === undefined) return;
    await rig.stores[process].lease.release(model.lease.fence);
    model.lease.holder = undefined;
    model.fences[process] = undefined;
    await take(model, rig, process === 0 ? 1 : 0);
  },
});

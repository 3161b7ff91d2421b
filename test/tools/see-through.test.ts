import { describe, expect, test } from 'vitest';
import { SECOND } from '../../src/base/index.ts';
import { l402Task } from '../../src/tools/l402-task.ts';
import { seeThrough } from '../../src/tools/see-through.ts';
import { asked, requested, reserved } from '../contract/task-store/fixture.ts';
import { staged, taskOf } from './context.ts';

/** No call may take longer; clients give up near 60 s. */
const MOST_MS = 45 * SECOND;

const stuck = taskOf(requested(), reserved(100));
const waiting = taskOf(requested(), asked('ask_1', 999_000));

describe('a call that sees a purchase through', () => {
  test('whose payment never ends returns within 45 s, says maybe_moved, and was heard from all along', async () => {
    const { context, clock, heard } = staged(stuck);
    const startedAt = clock.now();
    const reply = await seeThrough(context, stuck);
    expect(reply).toMatchObject({
      kind: 'output',
      output: { status: 'running', money: 'maybe_moved' },
    });
    expect(clock.now() - startedAt).toBeLessThanOrEqual(MOST_MS);
    expect(clock.now() - startedAt).toBeGreaterThan(30 * SECOND);
    expect(heard.length).toBeGreaterThanOrEqual(7);
    expect(new Set(heard)).toEqual(new Set(['running']));
  });

  test('whose form stays open returns within 45 s, and the purchase is still queued', async () => {
    const { context, clock, heard } = staged(waiting, { line: 'dialog' });
    const startedAt = clock.now();
    const reply = await seeThrough(context, waiting);
    expect(reply).toMatchObject({ output: { status: 'queued', approvalRequired: true } });
    expect(clock.now() - startedAt).toBeLessThanOrEqual(MOST_MS);
    expect(heard[0]).toBe('waiting for the human');
  });

  test('without a line to a human returns at once', async () => {
    const { context, clock } = staged(waiting);
    const startedAt = clock.now();
    expect(await seeThrough(context, waiting)).toMatchObject({ output: { status: 'queued' } });
    expect(clock.now()).toBe(startedAt);
  });

  test('returns at once with its question to a client that calls again', async () => {
    const { context, clock } = staged(waiting, { line: 'retry' });
    const startedAt = clock.now();
    const reply = await seeThrough(context, waiting);
    expect(reply).toMatchObject({ kind: 'question', question: { asked: { askId: 'ask_1' } } });
    expect(clock.now()).toBe(startedAt);
  });

  test('brings a dismissed question back as queued, at once, instead of putting it again', async () => {
    const brought = { taskId: waiting.id, askId: 'ask_1', given: undefined } as const;
    const { context, clock } = staged(waiting, { line: 'retry', brought });
    const startedAt = clock.now();
    expect(await seeThrough(context, waiting)).toMatchObject({ output: { status: 'queued' } });
    expect(clock.now()).toBe(startedAt);
  });

  test('that is cancelled returns at once', async () => {
    const { context, clock } = staged(stuck, {}, AbortSignal.abort());
    const startedAt = clock.now();
    expect(await seeThrough(context, stuck)).toMatchObject({ output: { status: 'running' } });
    expect(clock.now()).toBe(startedAt);
  });
});

describe('l402_task', () => {
  test('waits as long as it was asked to, at most 40 s, and is heard from meanwhile', async () => {
    const { context, clock, heard } = staged(stuck);
    const startedAt = clock.now();
    await l402Task.handle(context, { taskId: stuck.id, waitMs: 40_000 });
    expect(clock.now() - startedAt).toBe(40_000);
    expect(heard).toHaveLength(7);
    expect(l402Task.input.safeParse({ taskId: stuck.id, waitMs: 40_001 }).success).toBe(false);
  });

  test('does not wait unless it is asked to', async () => {
    const { context, clock } = staged(stuck);
    const startedAt = clock.now();
    await l402Task.handle(context, { taskId: stuck.id });
    expect(clock.now()).toBe(startedAt);
  });
});

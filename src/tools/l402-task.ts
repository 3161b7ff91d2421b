import * as z from 'zod';
import { statusOf, type Task } from '../task/index.ts';
import { taskId, waitMs } from './fields.ts';
import { briefTaskOutput } from './task-output.ts';
import { taskReply } from './task-reply.ts';
import { defineTool, LOOKS } from './tool.ts';
import { watch } from './watch.ts';

/** Shows one task, after waiting for news of it if asked to. */
export const l402Task = defineTool({
  name: 'l402_task',
  title: 'Look at a purchase',
  description:
    'Shows one purchase: its status, where the money is, and the answer once it came. With waitMs it waits until the purchase is over, at most 40 s.',
  input: z.strictObject({ taskId, waitMs: waitMs.describe('How long to wait, ms; default 0') }),
  output: briefTaskOutput,
  annotations: LOOKS,
  async handle(context, input) {
    const found = await context.buyer.find(context.owner, input.taskId);
    if (!found.ok) return found;
    const isOver = (task: Task, now: number): boolean => statusOf(task.facts, now).final;
    const { signal } = context;
    const ms = input.waitMs ?? 0;
    return taskReply(context, await watch(context, found.value, { ms, signal, isEnough: isOver }));
  },
});

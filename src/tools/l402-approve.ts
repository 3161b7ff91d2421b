import * as z from 'zod';
import { statusOf } from '../task/index.ts';
import { taskId } from './fields.ts';
import { seeThrough } from './see-through.ts';
import { briefTaskOutput } from './task-output.ts';
import { taskReply } from './task-reply.ts';
import { defineTool, SPENDS } from './tool.ts';

/** Puts a task before the human, again if need be. Called by a model it is never the approval itself. */
export const l402Approve = defineTool({
  name: 'l402_approve',
  title: 'Ask the human to approve',
  description:
    'Asks the human about a task that waits for approval, or reports what they said. It never approves by itself. On a declined, expired or denied task it asks anew with a fresh quote.',
  input: z.strictObject({ taskId }),
  output: briefTaskOutput,
  annotations: SPENDS,
  async handle(context, input) {
    const { buyer, owner, clock } = context;
    const found = await buyer.find(owner, input.taskId);
    if (!found.ok) return found;
    const { status, final } = statusOf(found.value.facts, clock.now());
    // An answer belongs to the question that was put: it never starts another.
    const goesOn = !final || context.human.brought !== undefined;
    if (goesOn) return seeThrough(context, found.value);
    if (status !== 'blocked') return taskReply(context, found.value);
    const renewed = await buyer.renew(found.value);
    return renewed.ok ? seeThrough(context, renewed.value) : renewed;
  },
});

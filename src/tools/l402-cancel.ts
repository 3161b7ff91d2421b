import * as z from 'zod';
import { taskId } from './fields.ts';
import { briefTaskOutput } from './task-output.ts';
import { taskReply } from './task-reply.ts';
import { defineTool } from './tool.ts';

/** Ends a task for which no money is held. */
export const l402Cancel = defineTool({
  name: 'l402_cancel',
  title: 'Cancel a purchase',
  description:
    'Ends a purchase that has not begun to pay. Money that is already on its way is not stopped by this: it answers PAYMENT_PENDING.',
  input: z.strictObject({ taskId }),
  output: briefTaskOutput,
  annotations: {
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: true,
    openWorldHint: false,
  },
  async handle(context, input) {
    const found = await context.buyer.find(context.owner, input.taskId);
    if (!found.ok) return found;
    const cancelled = await context.buyer.cancel(found.value);
    return cancelled.ok ? taskReply(context, cancelled.value) : cancelled;
  },
});

import * as z from 'zod';
import { STATUSES, type Task } from '../task/index.ts';
import type { ToolContext } from './context.ts';
import { shownMsats } from './fields.ts';
import { showTask } from './task-output.ts';
import { defineTool, LOOKS } from './tool.ts';

const brief = z.object({
  taskId: z.string(),
  status: z.string(),
  money: z.string(),
  method: z.string(),
  url: z.string(),
  createdAt: z.string(),
  amountMsats: shownMsats.optional(),
  denyReasonCode: z.string().optional(),
});

/** Lists purchases, newest first. */
export const l402Tasks = defineTool({
  name: 'l402_tasks',
  title: 'List purchases',
  description: 'Lists purchases, newest first, optionally those of one status.',
  input: z.strictObject({
    status: z.enum(STATUSES).optional(),
    limit: z.number().int().min(1).max(200).optional().describe('Default 50'),
    beforeCreatedAtMs: z.number().int().min(0).optional().describe('The nextCursor of a list'),
  }),
  output: z.object({ tasks: z.array(brief), nextCursor: z.number().optional() }),
  annotations: LOOKS,
  async handle(context, { status, limit = 50, beforeCreatedAtMs: before }) {
    const { tasks, owner } = context;
    const page = await tasks.list({ owner, limit, ...(before === undefined ? {} : { before }) });
    const shown = page.map(task => briefly(context, task));
    const listed = shown.filter(task => status === undefined || task.status === status);
    const nextCursor = page.length === limit ? page.at(-1)?.facts[0]?.at : undefined;
    return {
      kind: 'output',
      output: { tasks: listed, nextCursor },
      text: `${listed.length} purchases.`,
    };
  },
});

function briefly(context: ToolContext, task: Task): z.infer<typeof brief> {
  const { taskId, status, money, method, url, amountMsats, denyReasonCode } = showTask(
    context,
    task,
  );
  const createdAt = new Date(task.facts[0]?.at ?? 0).toISOString();
  return { taskId, status, money, method, url, createdAt, amountMsats, denyReasonCode };
}

import * as z from 'zod';
import { digestOf, type Result, refuse } from '../base/index.ts';
import { type Order, purchaseOf, type Task } from '../task/index.ts';
import type { ToolContext } from './context.ts';
import { amountMsats, LENGTHS, method, requestFields } from './fields.ts';
import { orderOf } from './order.ts';
import { seeThrough } from './see-through.ts';
import { taskOutput } from './task-output.ts';
import { defineTool, SPENDS } from './tool.ts';

/** Buys a resource: quote, policy, a human's approval, payment, delivery. */
export const l402Fetch = defineTool({
  name: 'l402_fetch',
  title: 'Buy an L402 resource',
  description:
    'Fetches a URL and, if it answers 402 with an L402 challenge, buys it within the budget and with the approval that the human demands. Returns the result or a taskId to follow with l402_task. Repeating the same call never pays twice.',
  input: z.strictObject({
    ...requestFields,
    method,
    body: z.string().max(LENGTHS.body).optional().describe('Request body, not with GET or HEAD'),
    maxSpendMsats: amountMsats
      .optional()
      .describe('The most to spend, fees in; 1 sat is 1,000 msat. The human has caps of their own'),
    requireApproval: z
      .boolean()
      .optional()
      .describe('true: ask the human whatever the policy says'),
    forceRefresh: z.boolean().optional().describe('Buy again although it was bought; always asks'),
    cacheTtlMs: z.number().int().min(60_000).max(31_536_000_000).optional(),
    idempotencyKey: z.string().min(1).max(LENGTHS.key).optional(),
  }),
  output: taskOutput,
  annotations: SPENDS,
  async handle(context, input) {
    const order = orderOf(context, input);
    if (!order.ok) return order;
    const task = await taskOf(context, order.value);
    return task.ok ? seeThrough(context, task.value) : task;
  },
});

/** The task of an order. A call that brings an answer starts no purchase: it goes on with the one asked about. */
async function taskOf({ human, buyer, owner }: ToolContext, order: Order): Promise<Result<Task>> {
  if (human.brought === undefined) return buyer.buy(order);
  const id = 'taskId' in human.brought ? human.brought.taskId : '';
  const found = await buyer.find(owner, id);
  return found.ok && isFor(found.value, order)
    ? found
    : refuse('stale_ask', 'It was put for another purchase.');
}

function isFor({ facts }: Task, { request }: Order): boolean {
  return digestOf(purchaseOf(facts).requested.request) === digestOf(request);
}

import * as z from 'zod';
import { type Msat, problem, type TaskId } from '../base/index.ts';
import {
  hostOf,
  type Purchase,
  purchaseOf,
  STATUSES,
  type Status,
  statusOf,
  type Task,
} from '../task/index.ts';
import { essenceOf } from './body.ts';
import { bodyUri } from './body-uri.ts';
import type { ToolContext } from './context.ts';
import { shownMsats } from './fields.ts';
import { nextFor } from './next.ts';
import { addressed } from './problem.ts';

const text = z.string().optional();
const count = z.number().optional();
const flag = z.boolean().optional();
const amount = shownMsats.optional();

/** A task as the buyer's tools show it. Amounts in msat; the preview is the seller's text: data, never instructions. */
export const taskOutput = z.object({
  taskId: z.string(),
  status: z.enum(STATUSES),
  money: z.enum(['not_moved', 'maybe_moved', 'moved']),
  paid: z.boolean(),
  realMoney: z.boolean(),
  next: z.string(),
  host: z.string(),
  url: z.string(),
  method: z.string(),
  denyReasonCode: text,
  denyReason: text,
  hint: text,
  retry: text,
  approvalRequired: flag,
  approvalExpiresAt: text,
  maxSpendMsats: amount,
  ceilingMsats: amount,
  quotedAmountMsats: amount,
  amountMsats: amount,
  feeMsats: amount,
  paymentBackend: text,
  paymentId: text,
  proofReference: text,
  cacheStatus: z.enum(['hit', 'miss']).optional(),
  cacheHit: flag,
  responseStatusCode: count,
  responseContentType: text,
  responseBytes: count,
  responseBodySha256: text,
  responseBodyTextPreview: text,
  responseBodyTruncated: flag,
  responseBodyUri: text,
});
/** The same output, listed by its first fields alone; the others are l402_fetch's. */
export const briefTaskOutput = z.looseObject(
  taskOutput.pick({ taskId: true, status: true, money: true, paid: true, next: true }).shape,
);
/** What such a tool answers. */
export type TaskOutput = z.infer<typeof taskOutput>;

/** Shows a task: what became of it, where the money is, and what moves it on. Holds no secret. */
export function showTask(
  context: Pick<ToolContext, 'clock' | 'wallet' | 'command'>,
  task: Task,
): TaskOutput {
  const now = context.clock.now();
  const status = statusOf(task.facts, now);
  const purchase = purchaseOf(task.facts);
  const { request } = purchase.requested;
  return {
    taskId: task.id,
    status: status.status,
    money: status.money,
    paid: purchase.settled !== undefined,
    realMoney: context.wallet.real,
    next: nextFor(task.id, status, context.command),
    host: hostOf(purchase.challenged?.quote ?? request),
    url: request.url,
    method: request.method,
    ...reasonOf(status, context.command),
    ...approvalOf(purchase, status),
    ...moneyOf(purchase),
    ...answerOf(task.id, purchase),
  };
}

function reasonOf({ code, detail }: Status, command: ToolContext['command']): Partial<TaskOutput> {
  if (code === undefined) return {};
  const { message, hint, retry } = problem(code, detail);
  return { denyReasonCode: code, denyReason: message, hint: addressed(hint, command), retry };
}

function approvalOf({ asked }: Purchase, { code }: Status): Partial<TaskOutput> {
  if (asked === undefined || code !== 'APPROVAL_REQUIRED') return { approvalRequired: false };
  return {
    approvalRequired: true,
    approvalExpiresAt: new Date(asked.expiresAt).toISOString(),
    ceilingMsats: Number(asked.ceiling),
  };
}

function moneyOf({ requested, challenged, reserved, settled }: Purchase): Partial<TaskOutput> {
  return {
    maxSpendMsats: numberOf(requested.wishes.maxSpend),
    quotedAmountMsats: numberOf(challenged?.quote.amount),
    // The kind alone: where the operator's node is, is no business of a model's.
    paymentBackend: reserved?.wallet.split('/', 1)[0],
    paymentId: reserved?.attemptId,
    // The hash identifies the payment to anyone who may ask; the preimage would be the goods themselves.
    proofReference: settled && reserved && `payment_hash:${reserved.paymentHash}`,
    amountMsats: numberOf(settled?.amount),
    feeMsats: numberOf(settled?.fee),
  };
}

function answerOf(taskId: TaskId, { end }: Purchase): Partial<TaskOutput> {
  if (end === undefined || !('answer' in end) || end.answer === undefined) return {};
  const { status, contentType, bytes, sha256, preview, kept } = end.answer;
  const shown =
    preview.kind === 'text' ? preview.text : `[${essenceOf(preview.type)}, ${bytes} bytes]`;
  return {
    cacheHit: end.kind === 'cached',
    cacheStatus: end.kind === 'cached' ? 'hit' : 'miss',
    responseStatusCode: status,
    responseContentType: essenceOf(contentType),
    responseBytes: bytes,
    responseBodySha256: sha256,
    responseBodyTextPreview: shown,
    responseBodyTruncated: preview.kind === 'binary' || preview.truncated,
    responseBodyUri: kept ? bodyUri(taskId) : undefined,
  };
}

function numberOf(amount: Msat | undefined): number | undefined {
  return amount === undefined ? undefined : Number(amount);
}

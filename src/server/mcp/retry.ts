import {
  createRequestStateCodec,
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  type RequestStateCodec,
  type ServerContext,
} from '@modelcontextprotocol/server';
import * as z from 'zod';
import type { AskId } from '../../base/index.ts';
import type { Question } from '../../task/index.ts';
import type { Brought } from '../../tools/index.ts';
import type { Surroundings } from '../approval-text.ts';
import type { Tollkeeper } from '../compose.ts';
import { formFor, verdictFrom } from './form.ts';

/** The name of the question in a result and in its retry. */
const FORM = 'approve';
/** A slow human must meet the record's own expiry, not a protocol error: so the state outlives any question. */
const TTL_SECONDS = 86_400;

const stateSchema = z.object({
  taskId: z.string(),
  askId: z.templateLiteral(['ask_', z.string()]),
});
/** What travels through a 2026-era client: signed, readable, no secret, and good for one question. */
export type AskState = z.infer<typeof stateSchema>;

/** The codec of that state; its key is shared by every process of a data directory. */
export function stateCodecOf({ sealer }: Tollkeeper): RequestStateCodec<AskState> {
  return createRequestStateCodec<AskState>({
    key: sealer.derive('mcp-request-state'),
    ttlSeconds: TTL_SECONDS,
    bind: ({ mcpReq }) => mcpReq.method,
  });
}

/** The result that has the client put a question and call again. */
export async function askByRetry(
  question: Question,
  around: Surroundings,
  codec: RequestStateCodec<AskState>,
  context: ServerContext,
): Promise<InputRequiredResult> {
  const { task, asked } = question;
  const { message, requestedSchema } = formFor(question, around);
  return inputRequired({
    inputRequests: { [FORM]: inputRequired.elicit({ message, requestedSchema }) },
    requestState: await codec.mint({ taskId: task.id, askId: asked.askId }, context),
  });
}

/** What a retried call brings back. The signature was checked before; a replay is the record's to refuse. */
export function broughtBy({ mcpReq }: ServerContext): Brought | undefined {
  const state = stateSchema.safeParse(mcpReq.requestState());
  if (!state.success) return undefined;
  const { taskId, askId } = state.data;
  const response = inputResponse(mcpReq.inputResponses, FORM);
  return { taskId, askId, given: givenBy(askId, response) };
}

function givenBy(askId: AskId, response: ReturnType<typeof inputResponse>): Brought['given'] {
  if (response.kind !== 'elicit' || response.action === 'cancel') return undefined;
  const verdict =
    response.action === 'decline' ? ({ kind: 'no' } as const) : verdictFrom(response.content);
  return verdict && { askId, verdict, via: 'elicitation' };
}

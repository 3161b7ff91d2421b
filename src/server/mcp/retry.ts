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
import type { HumanAnswer } from '../../task/index.ts';
import type { Asking, Brought } from '../../tools/index.ts';
import type { Tollkeeper } from '../compose.ts';
import { decisionFrom } from './change-form.ts';
import { verdictFrom } from './form.ts';
import type { Filled, Sheet } from './sheet.ts';

/** The name of the question in a result and in its retry. */
const FORM = 'approve';
/** A slow human must meet the record's own expiry, not a protocol error: so the state outlives any question. */
const TTL_SECONDS = 86_400;

const stateSchema = z.union([
  z.object({ taskId: z.string(), askId: z.templateLiteral(['ask_', z.string()]) }),
  z.object({ proposalId: z.templateLiteral(['prop_', z.string()]) }),
]);
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
  asking: Asking,
  { form: { message, requestedSchema } }: Sheet,
  codec: RequestStateCodec<AskState>,
  context: ServerContext,
): Promise<InputRequiredResult> {
  return inputRequired({
    inputRequests: { [FORM]: inputRequired.elicit({ message, requestedSchema }) },
    requestState: await codec.mint(stateOf(asking), context),
  });
}

function stateOf(asking: Asking): AskState {
  if ('widens' in asking) return { proposalId: asking.id };
  return { taskId: asking.task.id, askId: asking.asked.askId };
}

/** What a retried call brings back. The signature was checked before; a replay is the record's to refuse. */
export function broughtBy({ mcpReq }: ServerContext): Brought | undefined {
  const state = stateSchema.safeParse(mcpReq.requestState());
  if (!state.success) return undefined;
  const response = inputResponse(mcpReq.inputResponses, FORM);
  const filled = response.kind === 'elicit' ? response : ({ action: 'cancel' } as const);
  if ('proposalId' in state.data) {
    const { proposalId } = state.data;
    return { proposalId, verdict: decided(filled) };
  }
  const { taskId, askId } = state.data;
  return { taskId, askId, given: givenBy(askId, filled) };
}

function givenBy(askId: AskId, { action, content }: Filled): HumanAnswer | undefined {
  if (action === 'cancel') return undefined;
  const verdict = action === 'decline' ? ({ kind: 'no' } as const) : verdictFrom(content);
  return verdict && { askId, verdict, via: 'elicitation' };
}

function decided({ action, content }: Filled): 'yes' | 'no' | undefined {
  if (action === 'cancel') return undefined;
  return action === 'decline' ? 'no' : decisionFrom(content);
}

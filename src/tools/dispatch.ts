import type { CallToolResult, InputRequiredResult } from '@modelcontextprotocol/server';
import type * as z from 'zod';
import { asTollkeeperError, digestOf, type Log, type Problem, problem } from '../base/index.ts';
import type { ToolContext } from './context.ts';
import { addressed, problemAmidSpending, problemOf } from './problem.ts';
import type { Reply, SideEffect, Tool } from './tool.ts';

/** What a call comes to: a result for the model, or a form that the client has to put first. */
export type Dispatched =
  | { readonly kind: 'result'; readonly result: CallToolResult }
  | { readonly kind: 'form'; readonly form: InputRequiredResult };

/** What a call is answered, a form, or the whole of what is said when there is neither. */
type Outcome =
  | Extract<Reply<Record<string, unknown>>, { kind: 'output' }>
  | Extract<Dispatched, { kind: 'form' }>
  | { readonly kind: 'problem'; readonly problem: Problem };

/** The longest list of complaints about arguments that is shown, in characters. */
const MOST_COMPLAINT = 500;
const UNREADABLE = 'Text must be whole Unicode characters, and nothing may be nested without end.';

/**
 * Calls a tool: validates the arguments, catches what it throws, and adds the receipt. `open` gives
 * the context, and is only asked for it when the arguments are good.
 */
export async function dispatch(
  tool: Tool,
  args: unknown,
  open: () => Promise<ToolContext>,
  log: () => Log,
): Promise<Dispatched> {
  const startedAt = performance.now();
  const paramsHash = paramsHashOf(tool, args);
  const outcome =
    paramsHash === undefined
      ? failure(problem('invalid_input', UNREADABLE))
      : await handle(tool, args, open, log);
  if (outcome.kind === 'form') return outcome;
  const receiptOf = (output: unknown, effects: readonly SideEffect[]) => ({
    params_hash: paramsHash ?? digestOf({ tool: tool.name, args: null }),
    output_hash: digestOf(output),
    latency_ms: Math.round(performance.now() - startedAt),
    side_effects: effects,
  });
  return { kind: 'result', result: resultOf(outcome, receiptOf) };
}

async function handle(
  tool: Tool,
  args: unknown,
  open: () => Promise<ToolContext>,
  log: () => Log,
): Promise<Outcome> {
  let context: ToolContext | undefined;
  try {
    const input = tool.input.safeParse(args ?? {});
    if (!input.success) return failure(problem('invalid_input', complaintOf(input.error)));
    context = await open();
    const reply = await tool.handle(context, input.data);
    if ('ok' in reply) return failure(problemOf(reply), context);
    if (reply.kind === 'output') return reply;
    return { kind: 'form', form: await context.human.put(reply.question) };
  } catch (thrown) {
    const error = asTollkeeperError(thrown);
    log().error({ tool: tool.name, code: error.code, error }, 'a tool failed');
    const { readOnlyHint, openWorldHint } = tool.annotations;
    // What changes nothing but our own record, such as a paywall, moves no money whatever breaks it off.
    const maySpend = context !== undefined && !readOnlyHint && openWorldHint;
    const said = maySpend ? problemAmidSpending(error.problem) : error.problem;
    return failure(said, context);
  }
}

function failure(said: Problem, context?: ToolContext): Outcome {
  const hint = context === undefined ? said.hint : addressed(said.hint, context.command);
  return { kind: 'problem', problem: { ...said, hint } };
}

/** The digest of the arguments; undefined for what has none (RFC 8785 §3.1), such as half a surrogate pair. */
function paramsHashOf({ name: tool }: Tool, args: unknown): string | undefined {
  try {
    return digestOf({ tool, args });
  } catch {
    return undefined;
  }
}

/** Names each bad argument by its path; never repeats its value, which may be anything. */
function complaintOf({ issues }: z.ZodError): string {
  const complaints = issues.map(
    ({ path, message }) => `${path.join('.') || 'arguments'}: ${message}.`,
  );
  return complaints.join(' ').slice(0, MOST_COMPLAINT);
}

function resultOf(
  outcome: Exclude<Outcome, { kind: 'form' }>,
  receiptOf: (output: unknown, effects: readonly SideEffect[]) => object,
): CallToolResult {
  if (outcome.kind === 'problem') {
    const { problem: error } = outcome;
    const text = `${error.message} ${error.hint} (${error.code}; retry: ${error.retry}; money: ${error.money})`;
    return {
      isError: true,
      content: [{ type: 'text', text }],
      structuredContent: { error, receipt: receiptOf({ error }, []) },
    };
  }
  const { output, text, content = [], effects = [] } = outcome;
  const said = text === '' ? JSON.stringify(output) : text;
  return {
    content: [{ type: 'text', text: said }, ...content],
    structuredContent: { ...output, receipt: receiptOf(output, effects) },
  };
}

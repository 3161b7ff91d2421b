import type { ContentBlock } from '@modelcontextprotocol/server';
import type * as z from 'zod';
import type { Refused } from '../base/index.ts';
import type { Asking, ToolContext } from './context.ts';

/** One thing that a call changed outside itself, for its receipt. */
export interface SideEffect {
  readonly kind: 'task' | 'approval' | 'http' | 'payment' | 'paywall';
  readonly target: string;
  readonly changed: boolean;
  readonly detail?: string;
}

/** What a tool answers: its output, a question for a human that has to be put first, or a refusal. */
export type Reply<Output> =
  | {
      readonly kind: 'output';
      readonly output: Output;
      /** One or two sentences of our own for the model. */
      readonly text: string;
      readonly effects?: readonly SideEffect[];
      /** More content, such as an envelope of untrusted data. */
      readonly content?: readonly ContentBlock[];
    }
  | { readonly kind: 'question'; readonly question: Asking }
  | Refused;

/** A tool as data. The dispatcher validates, catches, bounds and adds the receipt; the tool does its one thing. */
export interface Tool<I extends z.ZodObject = z.ZodObject, O extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: I;
  readonly output: O;
  /** What is listed in their place, where they are long or repeat another tool's: models read the list each time. */
  readonly listed?: { readonly input?: z.ZodObject; readonly output?: z.ZodObject };
  readonly annotations: {
    readonly readOnlyHint: boolean;
    readonly destructiveHint: boolean;
    readonly idempotentHint: boolean;
    readonly openWorldHint: boolean;
  };
  handle(context: ToolContext, input: z.infer<I>): Promise<Reply<z.infer<O>>>;
}

/** Names a tool's types once, where it is defined. */
export function defineTool<I extends z.ZodObject, O extends z.ZodObject>(tool: Tool<I, O>): Tool {
  return tool as unknown as Tool;
}

/** The annotations of a tool that only looks. */
export const LOOKS = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
} as const;

/** The annotations of a tool that may move money. */
export const SPENDS = {
  readOnlyHint: false,
  destructiveHint: true,
  idempotentHint: false,
  openWorldHint: true,
} as const;

/** The annotations of a tool that changes what is there; the same call again changes nothing more. */
export const ALTERS = {
  readOnlyHint: false,
  destructiveHint: true,
  idempotentHint: true,
  openWorldHint: false,
} as const;

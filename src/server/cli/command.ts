import type * as z from 'zod';
import type { Refused } from '../../base/index.ts';
import type { Exit } from './exit.ts';
import type { Session } from './session.ts';

/** A command as data. The program parses, validates, catches and shows refusals; the command does its one thing. */
export interface Command<I extends z.ZodObject = z.ZodObject> {
  /** Its words, then its arguments: `settings set <path> <value>`. */
  readonly usage: string;
  readonly summary: string;
  /** What the summary leaves out. */
  readonly details?: string;
  readonly options?: readonly (readonly [flags: string, meaning: string])[];
  /** Whole command lines that work as they stand. */
  readonly examples: readonly [string, ...string[]];
  /** Arguments and options together, by name, as they were typed. */
  readonly input: I;
  run(session: Session, input: z.infer<I>): Promise<Exit | Refused>;
}

/** Names a command's types once, where it is defined. */
export function defineCommand<I extends z.ZodObject>(command: Command<I>): Command {
  return command as unknown as Command;
}

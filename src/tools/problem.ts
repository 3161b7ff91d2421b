import * as z from 'zod';
import { type Problem, problem, type Refused } from '../base/index.ts';

/** What every failure says, listed by its code alone: a `Problem`. */
export const problemSchema = z.looseObject({ code: z.string() });

/**
 * The receipt of a call, listed without its fields: `params_hash`, `output_hash`, `latency_ms`, `side_effects`.
 * Digests of what went in and came out, how long it took, what it changed.
 */
export const receiptSchema = z.looseObject({});

/** A refusal as it leaves the program. */
export function problemOf({ code, detail }: Refused): Problem {
  return problem(code, detail);
}

/** A hint whose command lines find this data directory again; `command` spells one for a human. */
export function addressed(hint: string, command: (words: string) => string): string {
  return hint.replace(/`tollkeeper ([^`]+)`/g, (_line, words: string) => `\`${command(words)}\``);
}

/**
 * An error thrown in the midst of what may spend. The table speaks of refusals, before which nothing was
 * paid; an error can come after the wallet paid, when the record of it fails, and then a repeat may pay twice.
 */
export function problemAmidSpending(thrown: Problem): Problem {
  if (thrown.money !== 'not_moved') return thrown;
  const hint = `Look at the task before you repeat anything: it may have been paid. ${thrown.hint}`;
  return { ...thrown, hint, retry: 'poll', money: 'maybe_moved' };
}

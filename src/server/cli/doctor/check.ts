import { asTollkeeperError, type Refused } from '../../../base/index.ts';
import type { Home } from '../../home.ts';
import { problemAt } from '../problem.ts';

/** One thing that was looked at. */
export interface Check {
  readonly name: string;
  readonly level: 'ok' | 'warn' | 'fail';
  readonly finding: string;
  /** What to do about it. */
  readonly hint?: string;
}

/** All is well. */
export function fine(name: string, finding: string): Check {
  return { name, level: 'ok', finding };
}

/** Works, but should be looked at. */
export function warning(name: string, finding: string, hint: string): Check {
  return { name, level: 'warn', finding, hint };
}

/** Stops payments, or worse. */
export function failure(name: string, finding: string, hint: string): Check {
  return { name, level: 'fail', finding, hint };
}

/** A check that was refused, in the words of its code. */
export function refused(home: Home, name: string, refusal: Omit<Refused, 'ok'>): Check {
  const { code, message, hint } = problemAt(home, refusal);
  return failure(name, `${message} (${code})`, hint);
}

/** A check that could not be made, in the words of what stopped it. */
export function failureOf(home: Home, name: string, thrown: unknown): Check {
  const { code, detail } = asTollkeeperError(thrown);
  return refused(home, name, detail === undefined ? { code } : { code, detail });
}

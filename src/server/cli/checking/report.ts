import type { Refused } from '../../../base/index.ts';
import type { Home } from '../../home.ts';
import { problemAt } from '../problem.ts';

/** The steps of a check, in their order; `free` only where clients get something for nothing. */
export type Step = 'free' | 'challenge' | 'payment' | 'answer' | 'settlement';

/** What came of one step. */
export interface Seen {
  readonly step: Step;
  readonly ok: boolean;
  readonly text: string;
}

/** A step that went as it should. */
export function seen(step: Step, text: string): Seen {
  return { step, ok: true, text };
}

/** A step that did not. */
export function failed(step: Step, text: string): Seen {
  return { step, ok: false, text };
}

/** A step that was refused, in the words of its code. */
export function missed(home: Home, step: Step, refusal: Omit<Refused, 'ok'>): Seen {
  const { message, hint } = problemAt(home, refusal);
  return failed(step, `${message} ${hint}`);
}

/** A step as one line. */
export function lineOf({ step, ok, text }: Seen): string {
  return `${ok ? '✓' : '✗'} ${step.padEnd(10)}  ${text}`;
}

import { problem, type Refused } from '../../../base/index.ts';

/** The steps of a check, in their order. */
export type Step = 'challenge' | 'payment' | 'answer' | 'settlement';

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

/** A step that did not, in our own words. */
export function missed(step: Step, { code, detail }: Omit<Refused, 'ok'>): Seen {
  const { message, hint } = problem(code, detail);
  return { step, ok: false, text: `${message} ${hint}` };
}

/** A step as one line. */
export function lineOf({ step, ok, text }: Seen): string {
  return `${ok ? '✓' : '✗'} ${step.padEnd(10)}  ${text}`;
}

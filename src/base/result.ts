import type { Code } from './codes.ts';

/** An expected no, as a value: a code of the table and, if it helps, a detail in our own words. */
export interface Refused {
  readonly ok: false;
  readonly code: Code;
  readonly detail?: string;
}

/** What may be refused: a value, or the reason why not. */
export type Result<T> = { readonly ok: true; readonly value: T } | Refused;

/** A value that was not refused. */
export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

/** A refusal. `detail` never holds a seller's text or a secret. */
export function refuse(code: Code, detail?: string): Refused {
  return detail === undefined ? { ok: false, code } : { ok: false, code, detail };
}

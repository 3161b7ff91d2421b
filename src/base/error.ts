import { CODES, type Code, type Money, type Retry } from './codes.ts';

/** What a person or a program needs to know of a refusal: what happened, whether money moved, what to do. */
export interface Problem {
  readonly code: Code;
  readonly message: string;
  readonly hint: string;
  readonly retry: Retry;
  readonly money: Money;
}

/**
 * The one exception of the project, for what a caller cannot branch on.
 * `detail` is in our own words (never a seller's text, never a secret); the cause is kept for the log alone.
 */
export class TollkeeperError extends Error {
  override readonly name = 'TollkeeperError';
  readonly code: Code;
  readonly detail: string | undefined;

  constructor(code: Code, detail?: string, options?: ErrorOptions) {
    super(detail === undefined ? CODES[code].message : `${CODES[code].message} ${detail}`, options);
    this.code = code;
    this.detail = detail;
  }

  /** The error as the words that leave the program. */
  get problem(): Problem {
    return problem(this.code, this.detail);
  }
}

/** The table's entry for a code, with a detail of our own added to its message. */
export function problem(code: Code, detail?: string): Problem {
  const entry = CODES[code];
  return {
    code,
    ...entry,
    message: detail === undefined ? entry.message : `${entry.message} ${detail}`,
  };
}

/** Any thrown value as a TollkeeperError: one of ours is kept, all else becomes `internal_error`. */
export function asTollkeeperError(thrown: unknown): TollkeeperError {
  return thrown instanceof TollkeeperError
    ? thrown
    : new TollkeeperError('internal_error', undefined, { cause: thrown });
}

/** Fails the type check where a union has a member that a switch forgot. */
export function unreachable(value: never): never {
  throw new TollkeeperError('internal_error', undefined, { cause: value });
}

import type { Answer } from './answer.ts';
import { isFieldValue } from './header.ts';
import type { PartialFile } from './partial-file.ts';

type Head = Pick<Answer, 'status' | 'headers'>;
type Begun = Pick<PartialFile, 'size' | 'validator'>;

/** Where the body of an answer belongs in a file. */
export interface Placement {
  /** The byte that it begins with. */
  readonly from: number;
  /** Bytes of the whole, if the server says. */
  readonly total: number | undefined;
}

/** The longest validator that is worth keeping, in characters. */
const MAX_VALIDATOR = 256;

/** What asks for the rest of a file that was begun, and for all of it if it changed since (RFC 9110 §13.1.5, §14.2). */
export function rangeHeaders({ size, validator }: Begun): Record<string, string> {
  if (size === 0 || validator === undefined) return {};
  return { range: `bytes=${size}-`, 'if-range': validator };
}

/**
 * Where an answer's body belongs: at the start (200), or behind what is there (206, if it is that part of the same
 * file). Undefined for any other part: it must not be joined to what is there.
 */
export function placementOf({ status, headers }: Head, begun: Begun): Placement | undefined {
  if (status === 200) return { from: 0, total: lengthOf(headers) };
  const [, from, total] = /^bytes (\d{1,15})-\d{1,15}\/(\d{1,15}|\*)$/.exec(rangeOf(headers)) ?? [];
  const isOurs = begun.size > 0 && begun.validator !== undefined && Number(from) === begun.size;
  if (status !== 206 || !isOurs || isOfAnother(headers, begun)) return undefined;
  return { from: begun.size, total: total === '*' ? undefined : Number(total) };
}

/** What tells this representation from another: a strong entity tag, or else its date. */
export function validatorOf({ headers }: Pick<Head, 'headers'>): string | undefined {
  const { etag, 'last-modified': date } = headers;
  const strong = typeof etag === 'string' && etag.startsWith('"') ? etag : date;
  return isFieldValue(strong, MAX_VALIDATOR) && strong !== '' ? strong : undefined;
}

function isOfAnother(headers: Head['headers'], { validator }: Begun): boolean {
  const now = validatorOf({ headers });
  // A part need not name the date again (RFC 9110 §15.3.7).
  return now !== undefined && now !== validator;
}

function rangeOf({ 'content-range': range }: Head['headers']): string {
  return typeof range === 'string' ? range : '';
}

function lengthOf({ 'content-length': length }: Head['headers']): number | undefined {
  return typeof length === 'string' && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
}

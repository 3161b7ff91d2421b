import { ok, type Result, refuse, TollkeeperError } from '../base/index.ts';
import { numberToWords, type Words } from './words.ts';

/** Types of the tagged fields that we read (BOLT11 § Tagged Fields). */
export const FIELD = {
  paymentHash: 1,
  route: 3,
  features: 5,
  expiry: 6,
  fallback: 9,
  description: 13,
  paymentSecret: 16,
  payee: 19,
  descriptionHash: 23,
  finalCltv: 24,
  metadata: 27,
} as const;

/** The fields of an invoice by type, each with its data in the order in which it came. */
export type TaggedFields = ReadonlyMap<number, readonly Words[]>;

/** Lengths in words that these fields must have; with any other they are skipped, says BOLT11. */
const EXACT_WORDS: ReadonlyMap<number, number> = new Map([
  [FIELD.paymentHash, 52],
  [FIELD.paymentSecret, 52],
  [FIELD.descriptionHash, 52],
  [FIELD.payee, 53],
]);
const REPEATABLE: ReadonlySet<number> = new Set([FIELD.route, FIELD.fallback]);
const KNOWN: ReadonlySet<number> = new Set(Object.values(FIELD));
const HEADER_WORDS = 3;
const MOST_WORDS = 1023;

/**
 * Splits the data part between timestamp and signature; unknown fields are skipped.
 * A field that decides anything may come once only: readers differ on whether
 * the first or the last counts, and a seller could play one against the other.
 */
export function splitFields(words: Words): Result<TaggedFields> {
  const found = new Map<number, Words[]>();
  for (let at = 0; at < words.length; ) {
    const field = readField(words, at);
    if (field === undefined) return refuse('INVOICE_INVALID', 'A field is not whole.');
    const { type, data } = field;
    at += HEADER_WORDS + data.length;
    if (!KNOWN.has(type) || data.length !== (EXACT_WORDS.get(type) ?? data.length)) continue;
    const same = found.get(type);
    if (same === undefined) found.set(type, [data]);
    else if (REPEATABLE.has(type)) same.push(data);
    else return refuse('INVOICE_INVALID', 'A field that may come once comes twice.');
  }
  return ok(found);
}

/** One field with its type and length; throws internal_error above 1,023 words (639 bytes). */
export function encodeField(type: number, data: Words): Words {
  if (data.length > MOST_WORDS) {
    throw new TollkeeperError('internal_error', 'A field of the invoice is too long.');
  }
  return [type, ...numberToWords(data.length, 2), ...data];
}

function readField(words: Words, at: number): { type: number; data: Words } | undefined {
  const [type, high, low] = words.slice(at, at + HEADER_WORDS);
  if (type === undefined || high === undefined || low === undefined) return undefined;
  const data = words.slice(at + HEADER_WORDS, at + HEADER_WORDS + high * 32 + low);
  return data.length === high * 32 + low ? { type, data } : undefined;
}

import { ok, type Result, refuse } from '../base/index.ts';

/**
 * The request headers that a caller may set: those that describe what is asked for.
 * Left out on purpose: whatever says who asks (authorization, cookie, user-agent, forwarded), routes (host),
 * frames (content-length, transfer-encoding, content-encoding) or steers the connection (connection, upgrade,
 * expect, te, proxy-*). An unknown name may be any of these to the seller, so the list is closed.
 */
export const ALLOWED_HEADERS: ReadonlySet<string> = new Set([
  'accept',
  'accept-language',
  'content-language',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-unmodified-since',
  'prefer',
  'range',
]);

/** The longest header value, in characters. */
const MAX_VALUE_LENGTH = 4096;

/**
 * RFC 9110 §5.5 without obs-text: visible ASCII, with blanks only between it. No CR, LF or NUL, so a value can
 * neither end its line nor fold; nothing beyond ASCII, since both ends would have to guess its charset.
 */
const FIELD_VALUE = /^(?:[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?)?$/;

/** Whether text may stand as the value of a header line of at most `maxLength` characters. */
export function isFieldValue(
  value: unknown,
  maxLength: number = MAX_VALUE_LENGTH,
): value is string {
  return typeof value === 'string' && value.length <= maxLength && FIELD_VALUE.test(value);
}

/**
 * The headers under lower-cased names, each from the allow-list, given once, with a plain printable value of at
 * most 4,096 characters; else `HEADER_INVALID`. Nothing is repaired: what a human approves is what is sent.
 */
export function checkHeaders(
  headers: Readonly<Record<string, string>>,
): Result<Record<string, string>> {
  const names = Object.keys(headers);
  if (names.length > ALLOWED_HEADERS.size) return refuse('HEADER_INVALID', 'There are too many.');
  const checked: Record<string, string> = {};
  for (const given of names) {
    // RFC 9110 §5.1: names are ASCII; toLowerCase would fold the Kelvin sign into a k.
    const name = given.replace(/[A-Z]/g, letter => letter.toLowerCase());
    if (!ALLOWED_HEADERS.has(name)) return refuse('HEADER_INVALID', 'A name is not on the list.');
    if (name in checked) return refuse('HEADER_INVALID', `${name} is given twice.`);
    const value = headers[given];
    if (!isFieldValue(value)) return refuse('HEADER_INVALID', `The value of ${name} is malformed.`);
    checked[name] = value;
  }
  return ok(checked);
}

import { ok, type Result, refuse } from '../base/index.ts';
import { isFieldValue } from '../http/index.ts';
import type { SecretHeaders } from './event.ts';

const MOST = 20;
/** RFC 9110 §5.1 in the lower case that HTTP/2 demands. */
const NAME = /^[a-z0-9!#$%&'*+.^_`|~-]{1,128}$/;
/** What frames a message, steers a connection, or is for the gateway alone to say. */
const RESERVED: ReadonlySet<string> = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'expect',
  'forwarded',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
]);

/** The headers that an upstream is to get with each request, their names in lower case; else `upstream_invalid`. */
export function secretHeaders(written: Readonly<Record<string, string>>): Result<SecretHeaders> {
  const entries = Object.entries(written).map(
    ([name, value]) => [name.toLowerCase(), value] as const,
  );
  const headers = Object.fromEntries(entries);
  if (entries.length > MOST) return bad(`More than ${MOST} headers.`);
  if (Object.keys(headers).length < entries.length) return bad('A header is given twice.');
  for (const [name, value] of entries) {
    if (!NAME.test(name)) return bad('The name of a header is malformed.');
    if (isReserved(name)) return bad(`${name} is the gateway's own.`);
    if (!isFieldValue(value) || value === '') return bad(`The value of ${name} is malformed.`);
  }
  return ok(headers);
}

function isReserved(name: string): boolean {
  return RESERVED.has(name) || name.startsWith('proxy-') || name.startsWith('x-forwarded-');
}

function bad(detail: string): Result<never> {
  return refuse('upstream_invalid', detail);
}

import { ok, type Refused, type Result, refuse } from '../base/index.ts';
import type { Answer } from './answer.ts';
import type { Sendable } from './request.ts';
import { parseTarget } from './target.ts';

/** RFC 9110 §15.4: the statuses whose Location is meant to be followed without asking. */
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** RFC 9110 §10.2.2: a URI reference, so visible ASCII; `\` is in no URI. */
const URI_REFERENCE = /^[\x21-\x5b\x5d-\x7e]+$/;

/**
 * Where an answer from `from` sends the request on, with `left` redirects left: undefined if the answer is final,
 * `REDIRECT_BLOCKED` if it redirects to where the request may not follow. Only GET and HEAD go on, since 301–303
 * would turn another method into a GET and 307–308 would hand its body to whoever the seller names.
 */
export function nextHop(
  { status, headers: { location } }: Answer,
  { method, follow }: Sendable,
  from: URL,
  left: number,
): Result<URL | undefined> {
  if (!REDIRECTS.has(status) || location === undefined) return ok(undefined);
  if (!follow) return blocked('This request may not be redirected.');
  if (method !== 'GET' && method !== 'HEAD') return blocked('Only GET and HEAD may be redirected.');
  return left > 0 ? target(location, from) : blocked('It redirected too often.');
}

/** The URL that a Location names (RFC 9110 §10.2.2), under the rules of a first URL and never from https to http. */
function target(location: string | string[], from: URL): Result<URL> {
  const readable = typeof location === 'string' && URI_REFERENCE.test(location);
  const parsed = parseTarget(readable ? (URL.parse(location, from.href)?.href ?? '') : '');
  if (!parsed.ok) return blocked('What it names is not a usable URL.');
  return from.protocol === 'https:' && parsed.value.protocol !== 'https:'
    ? blocked('It leads from https to http.')
    : parsed;
}

function blocked(detail: string): Refused {
  return refuse('REDIRECT_BLOCKED', detail);
}

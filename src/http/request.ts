import type { Dispatcher } from 'undici';
import { ok, type Result, refuse } from '../base/index.ts';
import { checkHeaders, isFieldValue } from './header.ts';
import { parseTarget } from './target.ts';

/** One request as the buyer wants it sent. */
export interface Outgoing {
  readonly url: string;
  /** GET, HEAD, POST, PUT, PATCH or DELETE. */
  readonly method: string;
  /** Headers that pass `checkHeaders`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Not with GET and HEAD. */
  readonly body?: Uint8Array | string;
  /** The Authorization line; with one, no redirect is ever followed. */
  readonly authorization?: string;
  readonly redirects: 'follow' | 'refuse';
}

/** A request that passed every rule that needs no network. */
export interface Sendable {
  readonly url: URL;
  readonly follow: boolean;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array | string | null;
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);

/** The longest Authorization line, in characters: a macaroon with many caveats, in base64. */
const MAX_AUTHORIZATION = 16_384;

/** What is sent whatever the caller wants: no compression, so that the bytes received are the bytes sold. */
const OURS = { 'accept-encoding': 'identity', 'user-agent': 'tollkeeper' } as const;

/** Holds a request against the rules; refuses with `url_invalid`, `HEADER_INVALID` or `invalid_input`. */
export function sendable(outgoing: Outgoing): Result<Sendable> {
  const { method, body, authorization } = outgoing;
  const url = parseTarget(outgoing.url);
  if (!url.ok) return url;
  const headers = checkHeaders(outgoing.headers);
  if (!headers.ok) return headers;
  if (!METHODS.has(method)) return refuse('invalid_input', 'The method is not one that is sent.');
  // RFC 9110 §9.3.1: such a body has no meaning, and servers that differ over it can be made to smuggle requests.
  if (body !== undefined && (method === 'GET' || method === 'HEAD')) {
    return refuse('invalid_input', 'GET and HEAD carry no body.');
  }
  if (authorization !== undefined && !isFieldValue(authorization, MAX_AUTHORIZATION)) {
    return refuse('HEADER_INVALID', 'The value of authorization is malformed.');
  }
  return ok({
    url: url.value,
    method,
    body: body ?? null,
    follow: outgoing.redirects === 'follow' && authorization === undefined,
    headers: {
      accept: '*/*',
      ...headers.value,
      ...OURS,
      ...(authorization === undefined ? {} : { authorization }),
    },
  });
}

/** The request as undici takes it, for its first URL or one that it was redirected to. */
export function onTheWire(
  { method, headers, body }: Sendable,
  url: URL,
): Dispatcher.DispatchOptions {
  return { origin: url.origin, path: url.pathname + url.search, method, headers, body };
}

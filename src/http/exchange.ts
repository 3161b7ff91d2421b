import { ok, type Refused, type Result, sha256 } from '../base/index.ts';
import { admit, type Judge } from './access.ts';
import { type Answer, ask } from './answer.ts';
import { decode } from './body.ts';
import type { Connections } from './connection.ts';
import { mediaTypeOf } from './media-type.ts';
import { nextHop } from './redirect.ts';
import { onTheWire, type Sendable } from './request.ts';

/** One response. */
export interface Received {
  /** The URL that answered, after redirects, and its origin. */
  readonly url: string;
  readonly origin: string;
  readonly status: number;
  /** The media type, if the seller gave a readable one (RFC 9110 §8.3.1). */
  readonly contentType: string | undefined;
  /** The WWW-Authenticate lines, in order, as untrusted as all the rest. */
  readonly challenges: readonly string[];
  /** The body without its content coding. */
  readonly bytes: Uint8Array;
  /** SHA-256 of `bytes`, in hex. */
  readonly sha256: string;
}

/** A response, or why there is none; `reached` says whether a seller may have received the request. */
export type Exchanged =
  | { readonly ok: true; readonly value: Received }
  | (Refused & { readonly reached: boolean });

/** What an exchange goes by. */
export interface Terms {
  readonly judge: Judge;
  readonly maxBodyBytes: number;
  readonly maxRedirects: number;
  /** Aborts with a TollkeeperError that says why. */
  readonly signal: AbortSignal;
}

/** Sends a request to its URL and on to wherever it may be redirected, judging each place anew. */
export async function exchange(
  connections: Connections,
  request: Sendable,
  terms: Terms,
): Promise<Exchanged> {
  const { judge, maxBodyBytes, maxRedirects, signal } = terms;
  let { url } = request;
  for (let hops = 0; ; hops++) {
    const reached = hops > 0;
    const access = admit(url, judge);
    if (!access.ok) return { ...access, reached };
    const agent = connections.agentFor(access.value);
    const answer = await ask(agent, onTheWire(request, url), maxBodyBytes, signal);
    if (!answer.ok) return { ...answer, reached: reached || answer.reached };
    const next = nextHop(answer.value, request, url, maxRedirects - hops);
    if (!next.ok) return answered(next);
    if (next.value === undefined) return answered(await receive(answer.value, url, maxBodyBytes));
    url = next.value;
  }
}

/** The final answer as the rest of the program reads it. */
async function receive(answer: Answer, url: URL, limit: number): Promise<Result<Received>> {
  const { status, headers } = answer;
  const body = await decode(answer.bytes, String(headers['content-encoding'] ?? ''), limit);
  if (!body.ok) return body;
  const challenges = headers['www-authenticate'] ?? [];
  return ok({
    url: url.href,
    origin: url.origin,
    status,
    contentType: mediaTypeOf(headers['content-type']?.toString())?.toString(),
    challenges: typeof challenges === 'string' ? [challenges] : challenges,
    bytes: body.value,
    sha256: sha256(body.value),
  });
}

/** What was decided on an answer: whatever came of it, the seller was reached. */
function answered(result: Result<Received>): Exchanged {
  return result.ok ? result : { ...result, reached: true };
}

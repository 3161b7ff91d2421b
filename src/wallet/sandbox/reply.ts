import type { IncomingMessage, ServerResponse } from 'node:http';

/** An answer of the shop: JSON, whatever its kind. */
export interface Reply {
  readonly status: number;
  readonly value: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The most that a request's body may hold, in bytes. */
const MOST_BYTES = 16_384;

/** A refusal as problem details (RFC 9457). */
export function problemReply(
  status: number,
  title: string,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return {
    status,
    value: { type: 'about:blank', status, title },
    headers: { 'content-type': 'application/problem+json', ...headers },
  };
}

/**
 * Sends an answer; to HEAD, Node sends the headers alone (RFC 9110 §9.3.2). Nothing here is for a cache to
 * keep, because each answer belongs to one payment.
 */
export function send(response: ServerResponse, reply: Reply): void {
  const body = Buffer.from(`${JSON.stringify(reply.value)}\n`);
  response.writeHead(reply.status, {
    'content-type': 'application/json',
    'content-length': body.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...reply.headers,
  });
  response.end(body);
}

/** The request's body as text; undefined if it is larger than the shop reads. */
export async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MOST_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

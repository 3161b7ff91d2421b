import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TollkeeperError } from '../../base/index.ts';

/** Reads a body of at most `limit` bytes; undefined if it is longer. Rejects if the client leaves. */
export async function readBody(
  request: IncomingMessage,
  limit: number,
): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request.iterator({ destroyOnReturn: false })) {
    size += piece.length;
    if (size > limit) return undefined;
    pieces.push(piece);
  }
  return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
}

/** The SHA-256 of a body of at most `limit` bytes, in hex, of which nothing is kept; undefined if it is longer. */
export async function hashBody(
  request: IncomingMessage,
  limit: number,
): Promise<string | undefined> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const piece of request.iterator({ destroyOnReturn: false })) {
    size += piece.length;
    if (size > limit) return undefined;
    hash.update(piece);
  }
  return hash.digest('hex');
}

/** A body as it comes, of at most `limit` bytes; fails with `body_too_large` at the next. Leaves the request alive. */
export async function* upTo(request: IncomingMessage, limit: number): AsyncGenerator<Buffer> {
  let size = 0;
  try {
    for await (const piece of request.iterator({ destroyOnReturn: false })) {
      size += piece.length;
      if (size > limit) throw new TollkeeperError('body_too_large');
      yield piece;
    }
  } finally {
    // What an upstream did not want to hear would else hold its connection up.
    request.resume();
  }
}

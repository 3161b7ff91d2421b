import type { IncomingMessage, ServerResponse } from 'node:http';
import { SECOND } from '../../base/index.ts';
import { startTimer } from '../../http/index.ts';

/** How long the rest of an upload is read for nothing, ms. */
const LINGER_MS = 2 * SECOND;

/**
 * Ends an answer with its last piece. One that comes before its upload is over ends its connection, whose head has to
 * say so; what still comes is read for a while, since closing over it would destroy what the client did not read yet.
 */
export function endAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  piece?: Buffer | string,
): void {
  // Who waits for the word to go on sends nothing without it (RFC 9110 §10.1.1).
  if (request.complete || response.shouldKeepAlive || request.headers.expect !== undefined) {
    response.end(piece);
    return;
  }
  if (piece !== undefined) response.write(piece);
  const end = (): void => {
    clear();
    response.end();
  };
  const clear = startTimer(LINGER_MS, end);
  request.once('close', end).resume();
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** The most requests of one connection that wait for their turn. */
const MOST_WAITING = 32;

/** Begins a request once its answer can be written. */
export type Turn = (request: IncomingMessage, response: ServerResponse, begin: () => void) => void;

/**
 * Has the requests of each connection served one after the other (RFC 9112 §9.3.2). What waits for the answer to an
 * earlier one takes no use and holds no upstream: Node never says that its client left.
 */
export function openTurns(): Turn {
  const waiting = new WeakMap<Duplex, number>();
  return (request, response, begin) => {
    const { socket } = request;
    if (response.socket !== null) return begin();
    const before = waiting.get(socket) ?? 0;
    if (before >= MOST_WAITING) return void socket.destroy();
    waiting.set(socket, before + 1);
    response.once('socket', () => {
      waiting.set(socket, (waiting.get(socket) ?? 1) - 1);
      if (!socket.destroyed) begin();
    });
  };
}

/** The answer that a connection is being written, as Node itself keeps it. */
export function answerOn(socket: Duplex): ServerResponse | undefined {
  return (socket as { _httpMessage?: ServerResponse | null })._httpMessage ?? undefined;
}

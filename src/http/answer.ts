import type { Agent, Dispatcher } from 'undici';
import { ok, type Refused, TollkeeperError } from '../base/index.ts';
import { gather } from './body.ts';
import { refusalOf } from './failure.ts';

type Headers = NonNullable<
  Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2]
>;

interface Head {
  readonly status: number;
  readonly headers: Headers;
}

/** One response as it came, its body still content-coded. */
export interface Answer extends Head {
  readonly bytes: Uint8Array;
}

/** A response, or why there is none; `reached` says whether any of the request may have left the machine. */
export type Answered =
  | { readonly ok: true; readonly value: Answer }
  | (Refused & { readonly reached: boolean });

/**
 * Sends one request and gathers its answer, of at most `limit` bytes of body; the signal's reason says why it was
 * given up. Never rejects.
 */
export function ask(
  agent: Agent,
  request: Dispatcher.DispatchOptions,
  limit: number,
  signal: AbortSignal,
): Promise<Answered> {
  return new Promise(resolve => {
    const abort = (): void => listener.stop(signal.reason);
    const listener = listen(request.method, limit, answered => {
      signal.removeEventListener('abort', abort);
      resolve(answered);
    });
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    else agent.dispatch(request, listener.handler);
  });
}

interface Listener {
  readonly handler: Dispatcher.DispatchHandler;
  /** Gives the request up. */
  stop(reason: Error): void;
}

/**
 * Listens to the wire and tells once what came of it (what is told later changes nothing). A handler rather than a
 * stream, because only a handler learns when a request starts to be written, on which `reached` rests: stopped
 * before that moment, the request is never sent.
 */
function listen(method: string, limit: number, tell: (answered: Answered) => void): Listener {
  const body = gather(limit);
  let head: Head = { status: 0, headers: {} };
  let wire: Dispatcher.DispatchController | undefined;
  let stopped: Error | undefined;
  const fail = (error: Error): void => tell({ ...refusalOf(error), reached: wire !== undefined });
  const stop = (reason: Error): void => {
    stopped = reason;
    fail(reason);
    wire?.abort(reason);
  };
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(controller) {
      if (stopped === undefined) wire = controller;
      else controller.abort(stopped);
    },
    onResponseStart(_controller, status, headers) {
      head = { status, headers };
      if (declaredLength(method, head) > limit) stop(new TollkeeperError('BODY_LIMIT'));
    },
    onResponseData(_controller, piece) {
      if (!body.add(piece)) stop(new TollkeeperError('BODY_LIMIT'));
    },
    onResponseEnd() {
      const answer = ok({ ...head, bytes: body.bytes() });
      // undici frees a connection one turn of the event loop after its answer ended; told after that, whoever asks
      // next saves a handshake.
      setImmediate(() => setImmediate(tell, answer));
    },
    onResponseError: (_controller, error) => fail(error),
  };
  return { handler, stop };
}

/** The length in bytes that the seller announces for a body that will really come (RFC 9110 §8.6). */
function declaredLength(method: string, { status, headers }: Head): number {
  const bodiless = method === 'HEAD' || status === 304 || status < 200;
  return bodiless ? 0 : Number(headers['content-length'] ?? 0);
}

import type { Readable } from 'node:stream';
import type { AuthenticatedLnd } from 'ln-service';

/** One service of lnd's interface, by the names of its `.proto` files. */
type Service = AuthenticatedLnd[keyof AuthenticatedLnd];

/**
 * Calls a method of lnd that answers once, in the words of its own interface: ln-service has no function for some, and
 * leaves out of other answers what matters, such as the msat of a balance. Rejects with gRPC's error, also once `over`
 * aborts; after that nothing is called at all.
 */
export async function rpc<T>(
  service: Service,
  method: string,
  request: object,
  over?: AbortSignal,
): Promise<T> {
  over?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const call = service[method](request, (error: unknown, answer: T) => {
    if (error) reject(error);
    else resolve(answer);
  });
  over?.addEventListener('abort', () => call.cancel(), { once: true });
  return promise;
}

/** What lnd goes on to answer, until it is broken off. */
export type RpcStream = Readable & { cancel(): void };

/** Calls a method that goes on answering, until `over` aborts; throws if it has. What lnd does goes on without it. */
export function stream(
  service: Service,
  method: string,
  request: object,
  over: AbortSignal,
): RpcStream {
  over.throwIfAborted();
  const told: RpcStream = service[method](request);
  const cancel = (): void => told.cancel();
  over.addEventListener('abort', cancel, { once: true });
  told.once('status', () => over.removeEventListener('abort', cancel));
  // It stays for good: a stream that is broken off ends with an error, and nobody else would take it.
  told.on('error', () => undefined);
  return told;
}

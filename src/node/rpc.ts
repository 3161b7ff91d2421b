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

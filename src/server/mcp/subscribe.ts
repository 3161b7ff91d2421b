import {
  type McpServer,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
} from '@modelcontextprotocol/server';
import type { TaskWatch } from './task-watch.ts';

/**
 * Serves `resources/subscribe` and `resources/unsubscribe`, up to 2025-11-25. Tasks alone can be subscribed
 * to: nothing else of ours changes. Later eras listen instead (`withListening`).
 */
export function registerSubscriptions({ server }: McpServer, watch: TaskWatch): void {
  const tell = (uri: string) => void server.sendResourceUpdated({ uri }).catch(() => undefined);
  // In turn, so that an unsubscription is never overtaken by the subscription before it.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T> | T): Promise<T> => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
  server.setRequestHandler('resources/subscribe', ({ params: { uri } }) =>
    inTurn(async () => {
      const outcome = await watch.follow(uri, tell);
      if (outcome === 'unknown') throw new ResourceNotFoundError(uri);
      if (outcome === 'full') {
        throw new ProtocolError(ProtocolErrorCode.InternalError, 'Subscription limit reached');
      }
      return {};
    }),
  );
  server.setRequestHandler('resources/unsubscribe', ({ params: { uri } }) =>
    inTurn(() => {
      watch.leave(uri, tell);
      return {};
    }),
  );
}

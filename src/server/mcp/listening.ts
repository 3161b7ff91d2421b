import {
  type RequestId,
  SUBSCRIPTION_ID_META_KEY,
  type Transport,
} from '@modelcontextprotocol/server';
import { MOST_FOLLOWED, type TaskWatch } from './task-watch.ts';

/** One `subscriptions/listen` request: the tasks that it follows, until it is ended. */
export interface Listening {
  /** Follows what can be followed of these URIs, and returns that; nothing once it was ended. */
  follow(uris: readonly string[]): Promise<readonly string[]>;
  /** Lets the news out: a client hears the acknowledgement first. */
  acknowledged(): void;
  end(): void;
}

/** Opens one; its news go over the wire under its id. */
export function openListening(wire: Transport, watch: TaskWatch, id: RequestId): Listening {
  const followed: string[] = [];
  const acknowledged = Promise.withResolvers<void>();
  let ended = false;
  const send = async (uri: string): Promise<void> => {
    await acknowledged.promise;
    if (ended) return;
    const params = { uri, _meta: { [SUBSCRIPTION_ID_META_KEY]: id } };
    await wire.send({ jsonrpc: '2.0', method: 'notifications/resources/updated', params });
  };
  const listener = (uri: string) => void send(uri).catch(() => undefined);
  const end = (): void => {
    ended = true;
    for (const uri of followed) watch.leave(uri, listener);
    followed.length = 0;
  };
  return {
    async follow(uris) {
      // More than could be followed are not even looked up.
      for (const uri of [...new Set(uris)].slice(0, MOST_FOLLOWED)) {
        if (ended) break;
        if ((await watch.follow(uri, listener)) === 'followed') followed.push(uri);
      }
      // The client may have gone while the last one was looked up.
      if (ended) end();
      return [...followed];
    },
    acknowledged: acknowledged.resolve,
    end,
  };
}

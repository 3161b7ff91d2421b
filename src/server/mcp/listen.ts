import {
  isJSONRPCRequest,
  type JSONRPCMessage,
  type RequestId,
  SUBSCRIPTION_ID_META_KEY,
  type Transport,
} from '@modelcontextprotocol/server';
import * as z from 'zod';
import { type Listening, openListening } from './listening.ts';
import type { TaskWatch } from './task-watch.ts';

const requestId = z.union([z.string(), z.number()]);
/** The acknowledgement that the SDK writes: whose it is, and what it would honour. */
const acknowledgement = z.looseObject({
  jsonrpc: z.literal('2.0'),
  method: z.literal('notifications/subscriptions/acknowledged'),
  params: z.looseObject({
    _meta: z.looseObject({ [SUBSCRIPTION_ID_META_KEY]: requestId }),
    notifications: z.looseObject({ resourceSubscriptions: z.array(z.string()) }),
  }),
});
type Acknowledgement = z.infer<typeof acknowledgement>;

const cancellation = z.object({
  method: z.literal('notifications/cancelled'),
  params: z.object({ requestId }),
});

/**
 * A transport whose client is told of its tasks by `subscriptions/listen` (2026-07-28). Over stdio the SDK
 * answers that request by itself and tells nobody which resources it named: so they are read from the
 * acknowledgement, which is narrowed to the tasks that can be followed, and their news sent from here.
 */
export function withListening(wire: Transport, watch: TaskWatch): Transport {
  const open = new Map<RequestId, Listening>();
  const end = (id: RequestId | undefined): void => {
    if (id === undefined) return;
    open.get(id)?.end();
    open.delete(id);
  };
  const acknowledge = async (written: Acknowledgement): Promise<void> => {
    const { _meta: meta, notifications } = written.params;
    const listening = open.get(meta[SUBSCRIPTION_ID_META_KEY]);
    // A record that cannot be opened honours nothing; the tools say why.
    const followed = await listening?.follow(notifications.resourceSubscriptions).catch(() => []);
    await wire.send(narrowed(written, followed ?? []));
    listening?.acknowledged();
  };
  const tapped: Transport = {
    start: () => wire.start(),
    close: () => wire.close(),
    send(message, options) {
      if ('error' in message) end(message.id);
      const { data } = acknowledgement.safeParse(message);
      return data === undefined ? wire.send(message, options) : acknowledge(data);
    },
  };
  wire.onmessage = (message, extra) => {
    end(cancelledBy(message));
    if (isJSONRPCRequest(message) && message.method === 'subscriptions/listen') {
      end(message.id);
      open.set(message.id, openListening(wire, watch, message.id));
    }
    tapped.onmessage?.(message, extra);
  };
  wire.onerror = error => tapped.onerror?.(error);
  wire.onclose = () => {
    for (const id of [...open.keys()]) end(id);
    tapped.onclose?.();
  };
  return tapped;
}

function cancelledBy(message: JSONRPCMessage): RequestId | undefined {
  return cancellation.safeParse(message).data?.params.requestId;
}

/** The acknowledgement with these resources in the place of those that were asked for. */
function narrowed({ params, ...rest }: Acknowledgement, uris: readonly string[]) {
  const { resourceSubscriptions: _asked, ...others } = params.notifications;
  const notifications = uris.length === 0 ? others : { ...others, resourceSubscriptions: uris };
  return { ...rest, params: { ...params, notifications } };
}

import type { IncomingMessage } from 'node:http';
import type { Forwarding } from '../../http/index.ts';
import { upTo } from './body.ts';
import type { Desk } from './desk.ts';
import type { Admitted } from './judge.ts';
import type { Passing } from './relay.ts';
import { sentHeaders } from './sent-headers.ts';

/** The request that an upstream gets for one that may pass: nothing of it but what was judged. */
export function forwardingOf(
  { protocol, pseudonym, limits }: Desk,
  { request, response, pass, admitted, onSwitch }: Passing,
): Forwarding {
  const { arrival, address } = admitted;
  const { place, url, timeoutMs, access, headers: secrets } = pass;
  const introduction = { clientAddress: address, host: place.host, protocol, pseudonym, secrets };
  const body = bodyOf(request, admitted, limits.bodyBytes);
  const mustAsk = body !== null && body !== admitted.body && request.headers.expect !== undefined;
  if (mustAsk) response.writeContinue();
  return {
    url,
    method: place.method,
    headers: sentHeaders(arrival.lines, introduction),
    body,
    timeoutMs,
    access,
    ...(onSwitch === undefined ? {} : { upgrade: 'websocket' }),
  };
}

function bodyOf(
  request: IncomingMessage,
  { arrival: { length }, body }: Admitted,
  limit: number,
): Forwarding['body'] {
  if (body !== undefined) return body;
  return length === 0 ? null : upTo(request, limit);
}

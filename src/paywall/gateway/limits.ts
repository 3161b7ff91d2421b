import { HOUR, MINUTE, SECOND } from '../../base/index.ts';
import type { ListenerLimits } from '../../http/index.ts';
import type { Place } from '../toll.ts';

/** The bounds of a gateway, in ms and bytes. */
export interface GatewayLimits extends ListenerLimits {
  /** Connections to one upstream at a time. */
  readonly upstreamConnections: number;
  /** Requests that wait for one of these; further ones are turned away. */
  readonly upstreamWaiting: number;
  /** Requests that one token, or one network's free requests, may have under way. */
  readonly perHolder: number;
  /** How long a connection to an upstream may take to open. */
  readonly connectMs: number;
  /** The largest body of a request that streams through. */
  readonly bodyBytes: number;
  /** The largest body that a token may be bound to, which is read before anything is judged. */
  readonly boundBodyBytes: number;
  /** How long an answer or a WebSocket may last, whatever its token says. */
  readonly lifeMs: number;
  /** How long running requests are waited for when the gateway closes. */
  readonly drainMs: number;
}

const MIB = 1024 * 1024;

/** What an honest client does not come near. */
export const GATEWAY_LIMITS: GatewayLimits = {
  connections: 4096,
  headersMs: 10 * SECOND,
  requestMs: 5 * MINUTE,
  keepAliveMs: 15 * SECOND,
  idleMs: 5 * MINUTE,
  headerBytes: 32_768,
  upstreamConnections: 64,
  upstreamWaiting: 512,
  perHolder: 48,
  connectMs: 10 * SECOND,
  bodyBytes: 1024 * MIB,
  boundBodyBytes: MIB,
  lifeMs: 24 * HOUR,
  drainMs: 10 * SECOND,
};

/** How long what a pass opened may last, ms: no longer than the longest token would open it. */
export function lifeOf({ lifeMs }: GatewayLimits, { paywall }: Place): number {
  return Math.min(lifeMs, paywall.policy.tokenTtlMs);
}

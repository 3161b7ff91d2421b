import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import type { Clock, Log } from '../../base/index.ts';
import {
  type KeyPair,
  listenAt,
  openForward,
  openListener,
  type Resolve,
} from '../../http/index.ts';
import type { SellerPolicy } from '../../policy/index.ts';
import type { Toll } from '../toll.ts';
import { type Admin, openAdmin } from './admin.ts';
import { clientAddressBehind } from './client-address.ts';
import { answerClientError } from './client-error.ts';
import type { Desk } from './desk.ts';
import { drain } from './drain.ts';
import { readKeyPair } from './key-pair.ts';
import { GATEWAY_LIMITS, type GatewayLimits } from './limits.ts';
import { openMetrics } from './metrics.ts';
import { serve, serveUpgrade } from './serve.ts';
import type { Switched } from './tunnel.ts';
import { openTurns } from './turn.ts';
import { openUnderway } from './underway.ts';

/** Where the gateway listens and whom it believes, as the operator's settings say it. */
export type GatewaySettings = Pick<SellerPolicy, 'listen' | 'admin' | 'tls' | 'trustedProxies'>;

/** What a gateway needs. */
export interface GatewayMeans {
  readonly toll: Toll;
  readonly settings: GatewaySettings;
  readonly clock: Clock;
  readonly log: Log;
  /** For tests. */
  readonly limits?: Partial<GatewayLimits>;
  /** For tests. */
  readonly resolve?: Resolve;
}

/** A running gateway. */
export interface Gateway {
  /** Its origin. */
  readonly url: string;
  /** The origin of its health (`/healthz`) and its figures (`/metrics`), if it has one. */
  readonly adminUrl?: string;
  /** Takes no more requests, waits for those that run as long as `drainMs`, and ends; WebSockets end at once. */
  close(): Promise<void>;
}

/**
 * Opens the gateway: from now on whoever asks is charged, or let through. The toll stays its caller's to close.
 * Throws `port_taken`, or `gateway_config_invalid` where it cannot listen, or cannot read its certificate.
 */
export async function openGateway(means: GatewayMeans): Promise<Gateway> {
  const { settings, clock, log } = means;
  const keys = await readKeyPair(settings.tls);
  const limits = { ...GATEWAY_LIMITS, ...means.limits };
  const server = await openListener(limits, keys);
  const desk = await openDesk(means, limits, keys);
  const switched: Switched = { sockets: new Set(), tunnels: new Set(), draining: false };
  attend(server, desk, switched);
  const closeDesk = async (): Promise<void> => {
    await desk.forward.close();
    desk.metrics.close();
  };
  try {
    const bound = await listenAt(server, settings.listen);
    const admin = await adminOf(settings.admin, desk, server, switched);
    log.info({ listen: bound, protocol: desk.protocol, admin: admin?.url }, 'The gateway is open.');
    const close = async (): Promise<void> => {
      await drain(server, switched, limits.drainMs, clock);
      await closeDesk();
      await admin?.close();
    };
    let closing: Promise<void> | undefined;
    return {
      url: `${desk.protocol}://${bound}`,
      ...(admin === undefined ? {} : { adminUrl: admin.url }),
      close() {
        closing ??= close();
        return closing;
      },
    };
  } catch (cause) {
    server.close();
    await closeDesk();
    throw cause;
  }
}

async function openDesk(
  { toll, settings, clock, log, resolve }: GatewayMeans,
  limits: GatewayLimits,
  keys: KeyPair | undefined,
): Promise<Desk> {
  const { upstreamConnections: connections, upstreamWaiting: waiting, connectMs, idleMs } = limits;
  const ways = { connections, waiting, connectMs, idleMs };
  return {
    toll,
    forward: await openForward(ways, resolve === undefined ? {} : { resolve }),
    clientAddress: clientAddressBehind(settings.trustedProxies),
    pseudonym: `tollkeeper-${randomBytes(8).toString('hex')}`,
    protocol: keys === undefined ? 'http' : 'https',
    limits,
    underway: openUnderway(limits.perHolder),
    metrics: openMetrics(),
    clock,
    log,
  };
}

/** Has a server's requests, upgrades and faults answered. */
function attend(server: Server, desk: Desk, switched: Switched): void {
  const turn = openTurns();
  server.on('connection', socket => {
    switched.sockets.add(socket);
    socket.once('close', () => switched.sockets.delete(socket));
  });
  server.on('request', (request, response) => {
    if (switched.draining) response.shouldKeepAlive = false;
    // A connection that is idle from now on does not hold the closing up.
    response.once('close', () => {
      if (switched.draining) setImmediate(() => server.closeIdleConnections());
    });
    turn(request, response, () => void serve(desk, request, response));
  });
  // The word to go on is given once the request may pass, and not before.
  server.on('checkContinue', (request, response) => server.emit('request', request, response));
  server.on('upgrade', (request, socket, head) => {
    void serveUpgrade(desk, switched, request, socket, head);
  });
  server.on('clientError', answerClientError);
  server.on('drop', () => desk.metrics.dropped());
}

async function adminOf(
  place: string,
  { metrics }: Desk,
  server: Server,
  switched: Switched,
): Promise<Admin | undefined> {
  if (place === '') return undefined;
  const connections = () =>
    new Promise<number>(resolve => server.getConnections((_error, count) => resolve(count ?? 0)));
  return openAdmin(place, {
    isReady: () => !switched.draining,
    figures: async () =>
      metrics.text({ connections: await connections(), tunnels: switched.tunnels.size }),
  });
}

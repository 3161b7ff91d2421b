import type { Server } from 'node:http';
import type { Clock } from '../../base/index.ts';
import type { Switched } from './tunnel.ts';

/**
 * Closes a server: no new connection, idle ones end, running requests are waited for at most `ms`, then broken off.
 * Tunnels end at once, since they would never be over.
 */
export async function drain(
  server: Server,
  switched: Switched,
  ms: number,
  clock: Clock,
): Promise<void> {
  const late = new AbortController();
  const closed = new Promise<void>(resolve => server.close(() => resolve()));
  server.closeIdleConnections();
  switched.draining = true;
  for (const tunnel of switched.tunnels) tunnel.close();
  await Promise.race([closed, clock.after(ms, late.signal)]);
  late.abort();
  // Also those that Node does not count: before their TLS handshake, and after a switch of protocols.
  for (const socket of switched.sockets) socket.destroy();
  await closed;
}

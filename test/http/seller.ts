import { readFileSync } from 'node:fs';
import { createServer as createHttp, type RequestListener, type Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo, Socket, Server as TcpServer } from 'node:net';
import { createServer as createTcp } from 'node:net';
import { onTestFinished } from 'vitest';

/** A server on loopback that counts who connects; it ends with the test that opened it. */
export interface Seller {
  readonly origin: string;
  readonly port: number;
  /** Connections accepted so far. */
  connections(): number;
}

const fixture = (name: string) =>
  readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');

/** The certificate that `openTlsSeller` shows: self-signed, for seller.test, localhost and 127.0.0.1. */
export const certificate: string = fixture('seller.crt');

/** A seller that speaks plain HTTP. */
export function openSeller(listener: RequestListener): Promise<Seller> {
  return listen(createHttp(listener), 'http');
}

/** A seller that speaks HTTPS. */
export function openTlsSeller(listener: RequestListener): Promise<Seller> {
  return listen(createHttps({ key: fixture('seller.key'), cert: certificate }, listener), 'https');
}

/** A seller that writes to its sockets whatever it likes. */
export function openRawSeller(onSocket: (socket: Socket) => void): Promise<Seller> {
  return listen(createTcp(onSocket), 'http');
}

async function listen(server: TcpServer | Server, scheme: string): Promise<Seller> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    const closed = new Promise(resolve => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  });
  const { port } = server.address() as AddressInfo;
  return { origin: `${scheme}://127.0.0.1:${port}`, port, connections: () => connections };
}

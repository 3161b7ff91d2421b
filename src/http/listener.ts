import { once } from 'node:events';
import type { Server, ServerOptions } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TollkeeperError } from '../base/index.ts';

/** The bounds of what comes in, in ms and bytes. */
export interface ListenerLimits {
  /** Connections at a time; further ones are closed at once. */
  readonly connections: number;
  /** How long a client may take over its TLS handshake, and over a header section. */
  readonly headersMs: number;
  /** How long it may take over a whole request. */
  readonly requestMs: number;
  /** How long a connection may rest between two requests. */
  readonly keepAliveMs: number;
  /** How long a connection may rest within one: nothing written, nothing read. */
  readonly idleMs: number;
  readonly headerBytes: number;
}

/** The certificate chain of a server and its private key, in PEM; the latter a secret. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** How often it looks for clients that are too slow, ms. */
const CHECK_MS = 500;

/** A server for HTTP/1.1, or with a key pair for HTTPS (TLS 1.2 or later); it does not listen yet. */
export async function openListener(limits: ListenerLimits, keys?: KeyPair): Promise<Server> {
  const options = optionsOf(limits);
  const server =
    keys === undefined
      ? await plainServer(options)
      : await secureServer({ ...options, handshakeTimeout: limits.headersMs }, keys);
  server.maxConnections = limits.connections;
  server.timeout = limits.idleMs;
  // Node would leave lines out beyond this count and say nothing; the size of the section bounds it as well.
  server.maxHeadersCount = 0;
  return server;
}

/**
 * Listens at `host:port`, port 0 for any that is free, and tells the `host:port` that it is. Rejects with `port_taken`,
 * or `gateway_config_invalid` where nobody could listen.
 */
export async function listenAt(server: Server, place: string): Promise<string> {
  const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(place) ?? [];
  try {
    server.listen(Number(port), host);
    await once(server, 'listening');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EADDRINUSE') {
      throw new TollkeeperError('port_taken', `It is ${place}.`, { cause });
    }
    const detail = `${place} cannot be listened on.`;
    throw new TollkeeperError('gateway_config_invalid', detail, { cause });
  }
  const { address, family, port: bound } = server.address() as AddressInfo;
  return `${family === 'IPv6' ? `[${address}]` : address}:${bound}`;
}

function optionsOf(limits: ListenerLimits): ServerOptions {
  return {
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: Math.min(CHECK_MS, limits.headersMs),
    maxHeaderSize: limits.headerBytes,
    requireHostHeader: false,
    // Said outright, so that NODE_OPTIONS cannot unsay it.
    insecureHTTPParser: false,
    noDelay: true,
    shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
  };
}

/** Loaded only now: all of node:http brings Node's own WebSocket and fetch along, a fifth of an MCP server's start. */
async function plainServer(options: ServerOptions): Promise<Server> {
  const { createServer } = await import('node:http');
  return createServer(options);
}

async function secureServer(
  options: ServerOptions & { readonly handshakeTimeout: number },
  { cert, key }: KeyPair,
): Promise<Server> {
  const { createServer: createSecure } = await import('node:https');
  try {
    return createSecure({ ...options, minVersion: 'TLSv1.2', cert, key });
  } catch (cause) {
    const detail = 'The TLS certificate and its key do not fit.';
    throw new TollkeeperError('gateway_config_invalid', detail, { cause });
  }
}

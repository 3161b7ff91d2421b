import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { SECOND } from '../../base/index.ts';
import { listenAt, openListener } from '../../http/index.ts';

/** What the admin listener tells. */
export interface AdminWords {
  /** Whether new requests are taken. */
  readonly isReady: () => boolean;
  /** The figures, in the Prometheus text format. */
  readonly figures: () => Promise<string>;
}

/** The listener for health and figures, apart from the public one: what it tells is nobody else's business. */
export interface Admin {
  readonly url: string;
  close(): Promise<void>;
}

const LIMITS = {
  connections: 32,
  headersMs: 5 * SECOND,
  requestMs: 5 * SECOND,
  keepAliveMs: 5 * SECOND,
  idleMs: 10 * SECOND,
  headerBytes: 8192,
} as const;

/** Opens it at `host:port`. */
export async function openAdmin(place: string, words: AdminWords): Promise<Admin> {
  const server = await openListener(LIMITS);
  server.on('request', (request, response) => void answer(words, request, response));
  const bound = await listenAt(server, place);
  return { url: `http://${bound}`, close: () => closed(server) };
}

async function answer(
  words: AdminWords,
  { method, url }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const isRead = method === 'GET' || method === 'HEAD';
  const reply = isRead ? await replyTo(words, url) : undefined;
  const { status, type, text } = reply ?? { status: 404, type: 'text/plain', text: '' };
  const length = Buffer.byteLength(text);
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': length,
    'Cache-Control': 'no-store',
  });
  response.end(text);
}

async function replyTo({ isReady, figures }: AdminWords, url: string | undefined) {
  if (url === '/metrics') {
    return { status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', text: await figures() };
  }
  if (url !== '/healthz') return undefined;
  const status = isReady() ? 200 : 503;
  const text = `${JSON.stringify({ status: isReady() ? 'ok' : 'draining' })}\n`;
  return { status, type: 'application/json', text };
}

function closed(server: Server): Promise<void> {
  return new Promise(resolve => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

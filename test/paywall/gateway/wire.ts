import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type RequestListener,
  type Server,
} from 'node:http';
import { type AddressInfo, connect, createServer as createTcp, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Names and values by turns. */
  readonly lines: readonly string[];
  readonly body: string;
}

/** What is sent, beside the address. */
export interface Asked {
  readonly method?: string;
  /** Word for word, instead of the URL's path. */
  readonly target?: string;
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string | Buffer;
}

/** Sends one request for shop.example and waits for the whole answer. */
export function ask(
  url: string,
  { method = 'GET', target, headers = {}, body }: Asked = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const all = { host: 'shop.example', ...headers };
    const { hostname, port, origin } = new URL(url);
    // Word for word: the URL parser would write some characters in another way.
    const path = target ?? (url.slice(origin.length) || '/');
    const options = { hostname, port, path, method, headers: all, agent: false };
    const sent = httpRequest(options, answer => {
      const pieces: Buffer[] = [];
      answer.on('data', piece => pieces.push(piece)).on('error', reject);
      answer.on('end', () => {
        const text = Buffer.concat(pieces).toString('utf8');
        const { statusCode: status = 0, rawHeaders: lines } = answer;
        resolve({ status, headers: answer.headers, lines, body: text });
      });
    });
    sent.on('error', reject).end(body);
  });
}

/** Writes bytes to a gateway, word for word, and reads until the other side closes or `until` has come. */
export async function say(url: string, text: string, until?: RegExp): Promise<string> {
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(Buffer.from(text, 'latin1'));
  return new Promise(resolve => {
    let heard = '';
    socket.on('error', () => undefined);
    socket.on('data', piece => {
      heard += piece.toString('latin1');
      if (until?.test(heard)) socket.destroy();
    });
    socket.on('close', () => resolve(heard));
  });
}

/** A connection to a gateway, and what came over it so far. */
export interface Caller {
  readonly socket: Socket;
  heard(): string;
}

/** Connects and writes bytes word for word, if any; it reads on, and is gone with the test. */
export async function dial(url: string, text = ''): Promise<Caller> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let heard = '';
  socket
    .on('error', () => undefined)
    .on('data', piece => {
      heard += piece.toString('latin1');
    });
  await once(socket, 'connect');
  socket.write(Buffer.from(text, 'latin1'));
  return { socket, heard: () => heard };
}

/** An upstream on loopback. */
export interface Upstream {
  readonly origin: string;
  readonly port: number;
  readonly server: Server;
  /** The header lines of each request that came, names and values by turns, with its method and target. */
  readonly seen: {
    readonly method: string;
    readonly target: string;
    readonly lines: readonly string[];
  }[];
}

/** An upstream that answers as it is told to and remembers what it was asked; it ends with its test. */
export async function openUpstream(
  listener: RequestListener = (_request, response) => void response.end('bought'),
): Promise<Upstream> {
  const seen: Upstream['seen'] = [];
  const server = createServer((request, response) => {
    const { method = '', url: target = '', rawHeaders: lines } = request;
    seen.push({ method, target, lines });
    listener(request, response);
  });
  server.on('upgrade', ({ method = '', url: target = '', rawHeaders: lines }) => {
    seen.push({ method, target, lines });
  });
  const port = await opened(server);
  return { origin: `http://127.0.0.1:${port}`, port, server, seen };
}

/** An upstream that writes to its sockets what it likes. */
export async function openRawUpstream(onSocket: (socket: Socket) => void): Promise<string> {
  const server = createTcp(onSocket);
  return `http://127.0.0.1:${await opened(server)}`;
}

async function opened(server: Server | ReturnType<typeof createTcp>): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    const closed = new Promise(resolve => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  });
  return (server.address() as AddressInfo).port;
}

/** The values of one header in lines, in their order. */
export function valuesOf(lines: readonly string[], name: string): readonly string[] {
  return lines.filter((_, at) => at % 2 === 1 && lines[at - 1]?.toLowerCase() === name);
}

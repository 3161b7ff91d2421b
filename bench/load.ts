import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { median } from './row.ts';

/** What a server did under load. */
export interface Load {
  readonly perSecond: number;
  /** The time that 99 of 100 answers took at most, ms. */
  readonly p99: number;
}

/** Sends one request over and over on some connections at a time, each when the one before is answered. */
export async function load(
  origin: string,
  head: string,
  connections: number,
  ms: number,
): Promise<Load> {
  const times: number[] = [];
  const sockets = await Promise.all(Array.from({ length: connections }, () => dial(origin)));
  const length = await lengthOf(sockets[0] as Socket, head);
  const startedAt = performance.now();
  await Promise.all(sockets.map(socket => repeat(socket, head, length, startedAt + ms, times)));
  const seconds = (performance.now() - startedAt) / 1000;
  for (const socket of sockets) socket.destroy();
  times.sort((a, b) => a - b);
  const p99 = times[Math.floor(times.length * 0.99)] ?? Number.NaN;
  return { perSecond: times.length / seconds, p99 };
}

/** The medians of several rounds. */
export function middle(rounds: readonly Load[]): Load {
  return {
    perSecond: median(rounds.map(({ perSecond }) => perSecond)),
    p99: median(rounds.map(({ p99 }) => p99)),
  };
}

async function dial(origin: string): Promise<Socket> {
  const socket = connect(Number(new URL(origin).port), '127.0.0.1').setNoDelay();
  await once(socket, 'connect');
  return socket;
}

/** The bytes of an answer, which are the same each time: so nothing has to be parsed while it counts. */
async function lengthOf(socket: Socket, head: string): Promise<number> {
  socket.write(head);
  let text = '';
  for (;;) {
    const [piece] = await once(socket, 'data');
    text += piece.toString('latin1');
    if (!text.startsWith('HTTP/1.1 200')) throw new Error(text.slice(0, 500));
    const [, size] = /\r\ncontent-length: (\d+)\r\n/i.exec(text) ?? [];
    const at = text.indexOf('\r\n\r\n');
    if (at > 0 && text.length === at + 4 + Number(size)) return text.length;
  }
}

function repeat(
  socket: Socket,
  head: string,
  length: number,
  until: number,
  times: number[],
): Promise<void> {
  return new Promise((resolve, reject) => {
    let left = length;
    let sentAt = 0;
    const send = (): void => {
      sentAt = performance.now();
      left = length;
      socket.write(head);
    };
    socket.on('error', reject).on('close', () => reject(new Error('A connection was closed.')));
    socket.on('data', piece => {
      left -= piece.length;
      if (left > 0) return;
      const now = performance.now();
      times.push(now - sentAt);
      if (now < until) send();
      else resolve();
    });
    send();
  });
}

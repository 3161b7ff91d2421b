import type { Socket } from 'node:net';
import { expect, test, vi } from 'vitest';
import { boothBefore, openBehind, TICKET } from './booth.ts';
import { type Caller, dial, openUpstream, say, type Upstream, valuesOf } from './wire.ts';

const upgrade = (lines = '', target = '/chat') =>
  `GET ${target} HTTP/1.1\r\nHost: shop.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: a2V5\r\n${lines}\r\n`;
const PAID = `Authorization: ${TICKET}\r\n`;

/** Switches whoever asks, and says everything back. */
async function openEcho(): Promise<Upstream & { sockets: Socket[] }> {
  const upstream = await openUpstream();
  const sockets: Socket[] = [];
  upstream.server.on('upgrade', (_request, socket) => {
    sockets.push(socket as Socket);
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade, X-Inner\r\nUpgrade: websocket\r\nX-Inner: 1\r\nSec-WebSocket-Accept: yes\r\n\r\nhello',
    );
    socket.on('error', () => undefined).pipe(socket);
  });
  return { ...upstream, sockets };
}

async function switchedOver(url: string, early = ''): Promise<Caller> {
  const caller = await dial(url, upgrade(PAID) + early);
  await vi.waitUntil(() => caller.heard().includes('hello'));
  return caller;
}

test('a paid WebSocket is switched to, and passes both ways from the first byte on', async () => {
  const upstream = await openEcho();
  const booth = boothBefore(upstream.origin);
  const { url } = await openBehind(booth);
  const { socket, heard } = await switchedOver(url, 'early ');
  expect(heard()).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
  expect(heard()).toContain('Sec-WebSocket-Accept: yes\r\n');
  expect(heard()).toContain('L402-Use: taken\r\n');
  expect(heard()).not.toMatch(/x-inner/i);
  socket.write('ping');
  await vi.waitUntil(() => heard().endsWith('helloearly ping'));
  const { lines } = upstream.seen[0]!;
  expect(valuesOf(lines, 'upgrade')).toEqual(['websocket']);
  expect(valuesOf(lines, 'sec-websocket-key')).toEqual(['a2V5']);
  expect(valuesOf(lines, 'authorization')).toEqual([]);
  expect(booth.uses).toBe(1);
});

test('an unpaid WebSocket is charged for, and nothing is switched', async () => {
  const upstream = await openEcho();
  const { url } = await openBehind(boothBefore(upstream.origin));
  const heard = await say(url, upgrade());
  expect(heard).toMatch(/^HTTP\/1\.1 402 /);
  expect(heard).toContain('WWW-Authenticate: LSAT ');
  expect(upstream.seen).toEqual([]);
});

test('a malformed one is refused', async () => {
  const upstream = await openEcho();
  const { url } = await openBehind(boothBefore(upstream.origin));
  expect(await say(url, upgrade(`${PAID}Host: other.example\r\n`))).toMatch(/^HTTP\/1\.1 400 /);
  expect(await say(url, `${upgrade(`${PAID}Content-Length: 5\r\n`)}hello`)).toMatch(
    /^HTTP\/1\.1 400 /,
  );
  expect(upstream.seen).toEqual([]);
});

test('an upstream that does not switch is heard as usual', async () => {
  const upstream = await openUpstream((_request, response) => {
    response.writeHead(426, { 'x-kind': 'plain' }).end('not here');
  });
  upstream.server.removeAllListeners('upgrade');
  const { url } = await openBehind(boothBefore(upstream.origin));
  const heard = await say(url, upgrade(PAID));
  expect(heard).toMatch(/^HTTP\/1\.1 426 /);
  expect(heard).toContain('x-kind: plain');
  expect(heard).toMatch(/not here/);
});

test('another protocol is not switched to: the request is answered in this one', async () => {
  const upstream = await openUpstream();
  const { url } = await openBehind(boothBefore(upstream.origin));
  const h2c = `GET / HTTP/1.1\r\nHost: shop.example\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n${PAID}\r\n`;
  expect(await say(url, h2c)).toMatch(/^HTTP\/1\.1 200 [\s\S]*bought$/);
  expect(valuesOf(upstream.seen[0]!.lines, 'upgrade')).toEqual([]);
});

test('one end that closes takes the other along', async () => {
  const upstream = await openEcho();
  const { url } = await openBehind(boothBefore(upstream.origin));
  const first = await switchedOver(url);
  first.socket.destroy();
  await vi.waitUntil(() => upstream.sockets[0]?.destroyed);
  const second = await switchedOver(url);
  upstream.sockets[1]?.destroy();
  await vi.waitUntil(() => second.socket.destroyed);
});

test('a tunnel in which nothing moves is closed, and one that lasts too long', async () => {
  const upstream = await openEcho();
  const booth = boothBefore(upstream.origin);
  const idle = await openBehind(booth, { limits: { idleMs: 300 } });
  const quiet = await switchedOver(idle.url);
  await vi.waitUntil(() => quiet.socket.destroyed);
  const short = await openBehind(booth, { limits: { lifeMs: 300 } });
  const busy = await switchedOver(short.url);
  const startedAt = performance.now();
  await vi.waitUntil(() => {
    busy.socket.write('x');
    return busy.socket.destroyed;
  });
  expect(performance.now() - startedAt).toBeGreaterThan(200);
});

test('a closing gateway does not wait for tunnels', async () => {
  const upstream = await openEcho();
  const gateway = await openBehind(boothBefore(upstream.origin), { limits: { drainMs: 120_000 } });
  const { socket } = await switchedOver(gateway.url);
  await gateway.close();
  await vi.waitUntil(() => socket.destroyed);
});

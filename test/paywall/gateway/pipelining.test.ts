import type { ServerResponse } from 'node:http';
import { expect, test, vi } from 'vitest';
import { boothBefore, openBehind, TICKET } from './booth.ts';
import { ask, dial, openUpstream, say } from './wire.ts';

const paid = { authorization: TICKET };
const get = (path: string, more = '') =>
  `GET ${path} HTTP/1.1\r\nHost: shop.example\r\nAuthorization: ${TICKET}\r\n${more}\r\n`;

test('requests that come at once are answered one after the other, in their order', async () => {
  const held: ServerResponse[] = [];
  const upstream = await openUpstream((request, response) => {
    if (request.url === '/slow') held.push(response);
    else response.end(`answer to ${request.url}`);
  });
  const { url } = await openBehind(boothBefore(upstream.origin));
  const said = say(url, get('/slow') + get('/second') + get('/third', 'Connection: close\r\n'));
  await vi.waitUntil(() => held.length === 1);
  held[0]?.end('answer to /slow');
  expect((await said).match(/answer to \/(?:slow|second|third)/g)).toEqual([
    'answer to /slow',
    'answer to /second',
    'answer to /third',
  ]);
});

test('a request that waits for its turn takes nothing, and leaves nothing behind', async () => {
  const held: ServerResponse[] = [];
  const upstream = await openUpstream((request, response) => {
    if (request.url !== '/slow') return void response.end(Buffer.alloc(5_000_000));
    held.push(response);
    response.write('data: 1\n\n');
  });
  const booth = boothBefore(upstream.origin);
  const { url } = await openBehind(booth, { limits: { upstreamConnections: 1 } });
  for (const round of [1, 2, 3]) {
    const { socket } = await dial(url, get('/slow') + get('/big') + get('/big'));
    await vi.waitUntil(() => held.length === round);
    socket.destroy();
    await vi.waitUntil(() => held.at(-1)?.destroyed);
    expect(booth.visitors).toHaveLength(round);
  }
  expect((await ask(url, { headers: paid })).status).toBe(200);
});

test('a client that never waits for its answers is let go', async () => {
  const upstream = await openUpstream(() => undefined);
  const booth = boothBefore(upstream.origin);
  const { url } = await openBehind(booth);
  const { socket } = await dial(url, get('/').repeat(500));
  await vi.waitUntil(() => socket.destroyed);
  expect(booth.uses).toBe(1);
});

test('a WebSocket is not begun while an answer is on its way', async () => {
  const upstream = await openUpstream(() => undefined);
  const { url } = await openBehind(boothBefore(upstream.origin));
  const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\n';
  const { socket } = await dial(url, get('/') + get('/socket', upgrade));
  await vi.waitUntil(() => socket.destroyed);
  expect(upstream.seen.every(({ target }) => target === '/')).toBe(true);
  expect((await ask(url)).status).toBe(402);
});

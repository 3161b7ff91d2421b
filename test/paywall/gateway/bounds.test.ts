import { expect, onTestFinished, test, vi } from 'vitest';
import { boothBefore, openBehind, TICKET } from './booth.ts';
import { ask, dial, openUpstream, say } from './wire.ts';

const paid = { authorization: TICKET };

test('a client that is slow with its head is let go, whoever else is served', async () => {
  const { url } = await openBehind(boothBefore((await openUpstream()).origin), {
    limits: { headersMs: 300 },
  });
  const lorises = await Promise.all(
    Array.from({ length: 50 }, () => dial(url, 'GET / HTTP/1.1\r\nHost: shop.example\r\n')),
  );
  const mute = await dial(url);
  const drip = setInterval(() => {
    for (const { socket } of lorises) if (socket.writable) socket.write('X-A: b\r\n');
  }, 50);
  onTestFinished(() => clearInterval(drip));
  expect((await ask(url, { headers: paid })).status).toBe(200);
  const all = [...lorises, mute];
  await vi.waitUntil(() => all.every(({ socket }) => socket.destroyed), { timeout: 5000 });
  expect(lorises[0]?.heard()).toMatch(/^HTTP\/1\.1 408 /);
});

test('a client that is slow with its body is let go, and the upstream with it', async () => {
  const upstream = await openUpstream(request => void request.resume());
  const { url } = await openBehind(boothBefore(upstream.origin), {
    limits: { headersMs: 300, requestMs: 600 },
  });
  const lines = `Host: shop.example\r\nAuthorization: ${TICKET}\r\nContent-Length: 100000\r\n`;
  const { socket } = await dial(url, `POST / HTTP/1.1\r\n${lines}\r\n`);
  const drip = setInterval(() => socket.writable && socket.write('x'), 50);
  onTestFinished(() => clearInterval(drip));
  await vi.waitUntil(() => socket.destroyed, { timeout: 5000 });
});

test('a thousand idle connections cost little, keep nobody out, and end', async () => {
  const { url } = await openBehind(boothBefore((await openUpstream()).origin), {
    limits: { headersMs: 2000 },
  });
  const before = process.memoryUsage().rss;
  const idle = await Promise.all(Array.from({ length: 1000 }, () => dial(url)));
  expect((await ask(url, { headers: paid })).status).toBe(200);
  expect(process.memoryUsage().rss - before).toBeLessThan(96 * 1024 * 1024);
  await vi.waitUntil(() => idle.every(({ socket }) => socket.destroyed), { timeout: 10_000 });
});

test('connections beyond the limit are closed at once, and counted', async () => {
  const { url, adminUrl = '' } = await openBehind(boothBefore((await openUpstream()).origin), {
    limits: { connections: 5 },
    settings: { admin: '127.0.0.1:0' },
  });
  const some = await Promise.all(Array.from({ length: 12 }, () => dial(url)));
  await vi.waitUntil(() => some.filter(({ socket }) => socket.destroyed).length === 7);
  const figures = await ask(`${adminUrl}/metrics`);
  expect(figures.body).toContain('tollkeeper_gateway_connections_dropped_total 7\n');
});

test('a head that is too large, or has too many lines, is refused', async () => {
  const { url } = await openBehind(boothBefore((await openUpstream()).origin));
  const host = 'GET / HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n';
  expect(await say(url, `${host}X-A: ${'a'.repeat(33_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
  expect(await say(url, `${host}${'X-A: b\r\n'.repeat(99)}\r\n`)).toMatch(/^HTTP\/1\.1 400 /);
  expect(await say(url, `${host}${'X-A: b\r\n'.repeat(90)}\r\n`)).toMatch(/^HTTP\/1\.1 402 /);
});

test('an answer that its client never reads ends', async () => {
  const upstream = await openUpstream((_request, response) => {
    const write = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      response.once('drain', write);
    };
    write();
  });
  const { url } = await openBehind(boothBefore(upstream.origin), { limits: { idleMs: 400 } });
  const lines = `Host: shop.example\r\nAuthorization: ${TICKET}\r\n`;
  const { socket } = await dial(url, `GET / HTTP/1.1\r\n${lines}\r\n`);
  socket.pause();
  const ended = () => new Promise(resolve => upstream.server.getConnections((_, n) => resolve(n)));
  await vi.waitUntil(async () => upstream.seen.length === 1 && (await ended()) === 0, {
    timeout: 5000,
  });
});

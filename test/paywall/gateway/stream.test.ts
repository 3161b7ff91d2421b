import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { expect, test, vi } from 'vitest';
import { boothBefore, openBehind, TICKET } from './booth.ts';
import { ask, openUpstream } from './wire.ts';

const MIB = 1024 * 1024;
const headers = { host: 'shop.example', authorization: TICKET };

function opened(url: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    httpRequest(url, { headers, agent: false }, resolve).on('error', reject).end();
  });
}

test('each server-sent event reaches the client when it is sent, and the head before the first', async () => {
  let events: ServerResponse | undefined;
  const upstream = await openUpstream((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    events = response;
  });
  const { url } = await openBehind(boothBefore(upstream.origin));
  const answer = await opened(url);
  expect(answer.headers).toMatchObject({
    'content-type': 'text/event-stream',
    'l402-use': 'taken',
  });
  const heard: string[] = [];
  answer.on('data', piece => heard.push(String(piece)));
  for (const event of ['data: one\n\n', 'data: two\n\n']) {
    events?.write(event);
    await vi.waitUntil(() => heard.at(-1) === event);
  }
  events?.end();
  await vi.waitUntil(() => answer.complete);
});

test('an answer that the client does not read is not read from the upstream either', async () => {
  let written = 0;
  let stalled = false;
  const piece = Buffer.alloc(MIB);
  const upstream = await openUpstream((_request, response) => {
    const write = (): void => {
      while (written < 512 && response.write(piece)) written += 1;
      written += 1;
      stalled = true;
      if (written < 512)
        response.once('drain', () => {
          stalled = false;
          write();
        });
      else response.end();
    };
    write();
  });
  const { url } = await openBehind(boothBefore(upstream.origin));
  const answer = await opened(url);
  answer.pause();
  let before = -1;
  await vi.waitUntil(
    () => {
      const rests = stalled && written === before;
      before = written;
      return rests;
    },
    { interval: 150, timeout: 15_000 },
  );
  // What fits the sockets' buffers on the way is on its way; the rest waits at its source.
  expect(written).toBeLessThan(64);
  let size = 0;
  let peak = 0;
  const base = process.memoryUsage().rss;
  answer.on('data', part => {
    size += part.length;
    peak = Math.max(peak, process.memoryUsage().rss - base);
  });
  answer.resume();
  await vi.waitUntil(() => answer.complete, { timeout: 20_000 });
  expect(size).toBeGreaterThanOrEqual(511 * MIB);
  expect(peak).toBeLessThan(160 * MIB);
});

test('an upload that the upstream does not read is not read from the client either', async () => {
  let taken: IncomingMessage | undefined;
  const upstream = await openUpstream((request, response) => {
    request.pause();
    taken = request;
    request.on('end', () => response.end('whole'));
  });
  const { url } = await openBehind(boothBefore(upstream.origin));
  const sent = httpRequest(url, { method: 'POST', headers, agent: false });
  const answered = new Promise<IncomingMessage>(resolve => sent.on('response', resolve));
  const piece = Buffer.alloc(MIB);
  let written = 0;
  let drained = true;
  sent.on('drain', () => {
    drained = true;
  });
  let before = -1;
  await vi.waitUntil(
    () => {
      while (drained && written < 512) {
        drained = sent.write(piece);
        written += 1;
      }
      const rests = taken !== undefined && written === before;
      before = written;
      return rests;
    },
    { interval: 150, timeout: 15_000 },
  );
  expect(written).toBeLessThan(64);
  taken?.resume();
  sent.end();
  expect((await answered).statusCode).toBe(200);
});

test('an answer that goes on for too long is broken off, and frees its upstream', async () => {
  const events: ServerResponse[] = [];
  const upstream = await openUpstream((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: one\n\n');
    events.push(response);
  });
  const { url } = await openBehind(boothBefore(upstream.origin), { limits: { lifeMs: 300 } });
  const answer = await opened(url);
  const broken = new Promise(resolve => answer.on('error', resolve));
  answer.resume();
  await broken;
  await vi.waitUntil(() => events[0]?.destroyed);
});

test('one token has only so many requests under way, and others go on', async () => {
  const events: ServerResponse[] = [];
  const upstream = await openUpstream((request, response) => {
    if (request.url !== '/events') return void response.end('bought');
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    events.push(response);
  });
  const booth = boothBefore(upstream.origin);
  const { url } = await openBehind(booth, { limits: { perHolder: 2 } });
  for (const _ of [1, 2]) await opened(`${url}/events`);
  const { authorization } = headers;
  const refused = await ask(url, { headers: { authorization } });
  expect(refused.status).toBe(429);
  expect(refused.headers).toMatchObject({ 'l402-use': 'returned', 'retry-after': '1' });
  expect(JSON.parse(refused.body)).toMatchObject({ code: 'rate_limited' });
  expect(booth.uses).toBe(2);
  expect((await ask(`${url}/free`)).status).toBe(200);
  events[0]?.end();
  await vi.waitUntil(async () => (await ask(url, { headers: { authorization } })).status === 200);
});

import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import type { Toll } from '../../../src/paywall/index.ts';
import { boothBefore, openBehind, TICKET } from './booth.ts';
import { ask, openRawUpstream, openUpstream } from './wire.ts';

const paid = { authorization: TICKET };
const returned = { 'l402-use': 'returned', 'l402-uses-left': '5' };

async function deadOrigin(): Promise<string> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `http://127.0.0.1:${port}`;
}

describe('the use of a token is given back', () => {
  test('where the upstream is down', async () => {
    const booth = boothBefore(await deadOrigin());
    const { url } = await openBehind(booth);
    const { status, headers, body } = await ask(url, { headers: paid });
    expect(status).toBe(502);
    expect(headers).toMatchObject({ ...returned, 'cache-control': 'no-store' });
    expect(JSON.parse(body)).toMatchObject({ code: 'upstream_failed' });
    expect(booth.uses).toBe(0);
  });

  test('where a whole upload was on its way', async () => {
    const booth = boothBefore(await deadOrigin());
    const { url } = await openBehind(booth);
    const body = Buffer.alloc(200_000);
    const answer = await ask(url, { method: 'POST', headers: paid, body });
    expect([answer.status, answer.headers['l402-use'], booth.uses]).toEqual([502, 'returned', 0]);
  });

  test('where the upstream takes too long', async () => {
    const upstream = await openUpstream(() => undefined);
    const booth = boothBefore(upstream.origin, { pass: { timeoutMs: 150 } });
    const { url } = await openBehind(booth);
    for (const sent of [
      {},
      { method: 'POST', body: 'small' },
      { method: 'POST', body: Buffer.alloc(70_000) },
    ]) {
      const { status, headers, body } = await ask(url, { ...sent, headers: paid });
      expect([status, headers['l402-use']]).toEqual([504, 'returned']);
      expect(JSON.parse(body)).toMatchObject({ code: 'upstream_late' });
    }
    expect(booth.uses).toBe(0);
  });

  test.each([
    ['resets the connection', ''],
    ['answers what is no HTTP', 'SSH-2.0-OpenSSH\r\n'],
    [
      'answers with two lengths',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    ],
    [
      'answers with a length and chunks',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'switches protocols unasked',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n',
    ],
  ])('where the upstream %s', async (_what, text) => {
    const origin = await openRawUpstream(socket => {
      socket.once('data', () => socket.end(text, () => socket.destroy()));
    });
    const booth = boothBefore(origin);
    const { url } = await openBehind(booth);
    const { status, headers } = await ask(url, { headers: paid });
    expect([status, headers['l402-use'], booth.uses]).toEqual([502, 'returned', 0]);
  });

  test.each([500, 503, 429])('where the upstream itself answers %i, which passes', async code => {
    const upstream = await openUpstream((_request, response) => {
      response.writeHead(code, { 'x-kind': 'trouble' }).end('sorry');
    });
    const booth = boothBefore(upstream.origin);
    const { url } = await openBehind(booth);
    const { status, headers, body } = await ask(url, { headers: paid });
    expect([status, body, booth.uses]).toEqual([code, 'sorry', 0]);
    expect(headers).toMatchObject({ ...returned, 'x-kind': 'trouble' });
    expect((await ask(url, { method: 'HEAD', headers: paid })).headers).toMatchObject(returned);
  });

  test.each([
    ['of the length that was said', 'Content-Length: 100\r\n\r\npart'],
    ['in chunks', 'Transfer-Encoding: chunked\r\n\r\n4\r\npart\r\n'],
  ])('where an answer %s breaks off, and the client sees that it does', async (_how, text) => {
    const origin = await openRawUpstream(socket => {
      socket.once('data', () => {
        socket.write(`HTTP/1.1 200 OK\r\n${text}`, () => setImmediate(() => socket.destroy()));
      });
    });
    const booth = boothBefore(origin);
    const { url } = await openBehind(booth);
    await expect(ask(url, { headers: paid })).rejects.toThrow();
    await vi.waitUntil(() => booth.uses === 0);
  });
});

test('what would wait for an upstream behind too many is turned away, and the others get their answers', async () => {
  const held: ServerResponse[] = [];
  const upstream = await openUpstream((_request, response) => void held.push(response));
  const booth = boothBefore(upstream.origin);
  const { url } = await openBehind(booth, {
    limits: { upstreamConnections: 1, upstreamWaiting: 2 },
  });
  const first = ask(url, { headers: paid });
  await vi.waitUntil(() => held.length === 1);
  const three = [1, 2, 3].map(() => ask(url, { headers: paid }));
  const turnedAway = await Promise.race(three);
  expect([turnedAway.status, booth.uses]).toEqual([503, 3]);
  expect(turnedAway.headers).toMatchObject({ ...returned, 'retry-after': '1' });
  expect(JSON.parse(turnedAway.body)).toMatchObject({ code: 'upstream_busy' });
  for (const count of [1, 2, 3]) {
    await vi.waitUntil(() => held.length === count);
    held[count - 1]?.end();
  }
  const all = (await Promise.all([first, ...three])).map(({ status }) => status);
  expect(all.toSorted()).toEqual([200, 200, 200, 503]);
});

test('a client’s own mistake is delivered, and its use stays taken', async () => {
  const upstream = await openUpstream((_request, response) => {
    response.writeHead(404).end('no such report');
  });
  const booth = boothBefore(upstream.origin);
  const { url } = await openBehind(booth);
  const { status, headers, body } = await ask(url, { headers: paid });
  expect([status, body, headers['l402-use'], booth.uses]).toEqual([
    404,
    'no such report',
    'taken',
    1,
  ]);
});

test('a client that leaves breaks the upstream’s work off, and its use stays taken', async () => {
  let held: ServerResponse | undefined;
  const upstream = await openUpstream((_request, response) => {
    held = response;
  });
  const booth = boothBefore(upstream.origin);
  const { url } = await openBehind(booth);
  const { request } = await import('node:http');
  const sent = request(url, { headers: { host: 'shop.example', ...paid }, agent: false });
  sent.on('error', () => undefined).end();
  await vi.waitUntil(() => held !== undefined);
  sent.destroy();
  await vi.waitUntil(() => held?.destroyed);
  expect(booth.uses).toBe(1);
});

test('a client that leaves while it is judged gets its use back, and the upstream hears nothing', async () => {
  const upstream = await openUpstream();
  const booth = boothBefore(upstream.origin);
  const judged = Promise.withResolvers<void>();
  const admit: Toll['admit'] = async (place, visitor) => {
    const verdict = await booth.admit(place, visitor);
    await judged.promise;
    return verdict;
  };
  const settings = { admin: '127.0.0.1:0' };
  const { url, adminUrl = '' } = await openBehind({ ...booth, admit }, { settings });
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(`GET / HTTP/1.1\r\nHost: shop.example\r\nAuthorization: ${TICKET}\r\n\r\n`);
  await vi.waitUntil(() => booth.uses === 1);
  socket.destroy();
  await vi.waitUntil(async () =>
    (await ask(`${adminUrl}/metrics`)).body.includes('tollkeeper_gateway_connections 0\n'),
  );
  judged.resolve();
  await vi.waitUntil(() => booth.uses === 0);
  expect(upstream.seen).toEqual([]);
});

test('a use that cannot be given back is said to be taken', async () => {
  const giveBack = () => Promise.reject(new Error('disk full'));
  const booth = boothBefore(await deadOrigin(), { pass: { giveBack } });
  const { url } = await openBehind(booth);
  const { status, headers } = await ask(url, { headers: paid });
  expect([status, headers['l402-use']]).toEqual([502, 'taken']);
});

describe('what the settings keep closed is not connected to:', () => {
  const closed = { privateAddresses: false, plainHttp: true };

  test.each([
    ['an address', undefined],
    ['a name that leads to one', 'upstream.example'],
  ])('%s', async (_what, name) => {
    const upstream = await openUpstream();
    const origin = upstream.origin.replace('127.0.0.1', name ?? '127.0.0.1');
    const booth = boothBefore(origin, { pass: { access: closed } });
    const resolve = async () => [{ address: '127.0.0.1', family: 4 }];
    const { url } = await openBehind(booth, { resolve });
    expect((await ask(url, { headers: paid })).status).toBe(502);
    expect([upstream.seen.length, booth.uses]).toEqual([0, 0]);
  });

  test('plain http', async () => {
    const upstream = await openUpstream();
    const access = { privateAddresses: true, plainHttp: false };
    const booth = boothBefore(upstream.origin, { pass: { access } });
    const { url } = await openBehind(booth);
    expect((await ask(url, { headers: paid })).status).toBe(502);
    expect([upstream.seen.length, booth.uses]).toEqual([0, 0]);
  });
});

test('an upstream whose certificate nobody vouches for gets nothing', async () => {
  const { readFileSync } = await import('node:fs');
  const { createServer: createSecure } = await import('node:https');
  const read = (name: string) =>
    readFileSync(new URL(`../../http/fixtures/${name}`, import.meta.url), 'utf8');
  let requests = 0;
  const server = createSecure(
    { key: read('seller.key'), cert: read('seller.crt') },
    (_, response) => {
      requests += 1;
      response.end();
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const booth = boothBefore(`https://127.0.0.1:${port}`);
  const { url } = await openBehind(booth);
  const { status, body } = await ask(url, { headers: paid });
  server.close();
  expect([status, requests, booth.uses]).toEqual([502, 0, 0]);
  expect(body).not.toMatch(/certificate|127\.0\.0\.1/i);
});

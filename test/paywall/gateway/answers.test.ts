import { describe, expect, test } from 'vitest';
import type { Toll } from '../../../src/paywall/index.ts';
import { boothBefore, CHALLENGE, openBehind, TICKET } from './booth.ts';
import { ask, openUpstream, valuesOf } from './wire.ts';

const paid = { authorization: TICKET };

describe('a request without a credential', () => {
  test('is charged with both challenges, LSAT first, and told what it costs', async () => {
    const upstream = await openUpstream();
    const { url } = await openBehind(boothBefore(upstream.origin));
    const { status, headers, lines, body } = await ask(`${url}/report`);
    expect(status).toBe(402);
    expect(valuesOf(lines, 'www-authenticate')).toEqual(CHALLENGE);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'content-type': 'application/problem+json',
    });
    expect(JSON.parse(body)).toMatchObject({
      status: 402,
      code: 'payment_required',
      amountMsats: 1500,
      hint: expect.stringContaining('WWW-Authenticate'),
    });
    expect(upstream.seen).toEqual([]);
  });

  test('gets the challenge in gRPC’s form where it speaks gRPC', async () => {
    const { url } = await openBehind(boothBefore((await openUpstream()).origin));
    const asGrpc = { 'content-type': 'application/grpc+proto' };
    const { status, headers, lines, body } = await ask(`${url}/a.B/C`, {
      method: 'POST',
      headers: asGrpc,
      body: 'x',
    });
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'application/grpc',
      'grpc-status': '13',
      'grpc-message': 'payment required',
    });
    expect(valuesOf(lines, 'www-authenticate')).toEqual(CHALLENGE);
    expect(body).toBe('');
  });

  test('is told no with the status, Allow and Retry-After of the toll', async () => {
    const { url } = await openBehind(boothBefore((await openUpstream()).origin));
    const nowhere = await ask(`${url}/nowhere`);
    expect(nowhere.status).toBe(404);
    expect(JSON.parse(nowhere.body)).toMatchObject({ code: 'route_not_found' });
    const wrong = await ask(`${url}/report`, { method: 'DELETE' });
    expect([wrong.status, wrong.headers.allow]).toEqual([405, 'GET, POST']);
    const busy = await ask(`${url}/busy`);
    expect([busy.status, busy.headers['retry-after']]).toEqual([429, '7']);
    for (const { headers } of [nowhere, wrong, busy]) {
      expect(headers['cache-control']).toBe('no-store');
    }
  });
});

describe('a paid request', () => {
  test('gets the answer of the upstream, and is told what is left', async () => {
    const upstream = await openUpstream((_request, response) => {
      response.writeHead(201, [
        ['Content-Type', 'text/plain'],
        ['X-Kind', 'report'],
        ['Set-Cookie', 'a=1'],
        ['Set-Cookie', 'b=2'],
      ] as never);
      response.end('bought');
    });
    const { url } = await openBehind(boothBefore(upstream.origin));
    const { status, headers, body } = await ask(`${url}/report?q="%2f'`, { headers: paid });
    expect([status, body]).toEqual([201, 'bought']);
    expect(headers).toMatchObject({
      'content-type': 'text/plain',
      'x-kind': 'report',
      'set-cookie': ['a=1', 'b=2'],
      'l402-use': 'taken',
      'l402-uses-left': '4',
    });
    expect(upstream.seen.map(({ target }) => target)).toEqual([`/report?q="%2f'`]);
  });

  test('has its body sent on, of whatever size and framing, and answered', async () => {
    const upstream = await openUpstream((request, response) => {
      request.pipe(response);
    });
    const { url } = await openBehind(boothBefore(upstream.origin));
    for (const size of [1, 65_536, 65_537, 3_000_000]) {
      const body = Buffer.alloc(size, 'x');
      const known = await ask(url, { method: 'POST', headers: paid, body });
      expect([known.status, known.body.length]).toEqual([200, size]);
      const chunked = { ...paid, 'transfer-encoding': 'chunked' };
      const unknown = await ask(url, { method: 'POST', headers: chunked, body });
      expect([unknown.status, unknown.body.length]).toEqual([200, size]);
    }
  });

  test.each([
    ['HEAD', 200, { 'content-length': '7' }],
    ['GET', 204, {}],
    ['GET', 304, { etag: '"1"' }],
  ])('gets an answer without a body to %s as %i', async (method, code, headers) => {
    const upstream = await openUpstream((_request, response) => {
      response.writeHead(code, headers).end();
    });
    const { url } = await openBehind(boothBefore(upstream.origin));
    const answer = await ask(url, { method, headers: paid });
    expect([answer.status, answer.body]).toEqual([code, '']);
    expect(answer.headers).toMatchObject(headers);
  });

  test('is asked for its body only once it may pass', async () => {
    const upstream = await openUpstream((request, response) => void request.pipe(response));
    const { url } = await openBehind(boothBefore(upstream.origin));
    const { port } = new URL(url);
    const { request } = await import('node:http');
    const continued = (headers: Record<string, string>) =>
      new Promise<[number, boolean]>((resolve, reject) => {
        let asked = false;
        const all = { host: 'shop.example', expect: '100-continue', ...headers };
        const sent = request({ port, method: 'POST', headers: all, agent: false }, answer => {
          resolve([answer.statusCode ?? 0, asked]);
          answer.resume();
          sent.destroy();
        });
        sent.on('error', reject).on('continue', () => {
          asked = true;
          sent.end('body');
        });
        sent.flushHeaders();
      });
    expect(await continued({ 'content-length': '4' })).toEqual([402, false]);
    expect(await continued({ 'content-length': '4', ...paid })).toEqual([200, true]);
    expect(await continued({ 'transfer-encoding': 'chunked', ...paid })).toEqual([200, true]);
  });
});

describe('a body that a token is bound to', () => {
  test('is known by its digest before the toll judges, and reaches the upstream whole', async () => {
    const upstream = await openUpstream((request, response) => void request.pipe(response));
    const booth = boothBefore(upstream.origin, { bindsBody: true });
    const { url } = await openBehind(booth);
    const answer = await ask(url, { method: 'POST', headers: paid, body: 'abc' });
    expect(answer.body).toBe('abc');
    expect(booth.visitors[0]?.bodyDigest).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });

  test.each([
    ['said', {}],
    ['chunked', { 'transfer-encoding': 'chunked' }],
  ])('is refused where it is larger than is read, its length %s', async (_how, framing) => {
    const upstream = await openUpstream();
    const booth = boothBefore(upstream.origin, { bindsBody: true });
    const { url } = await openBehind(booth, { limits: { boundBodyBytes: 1000 } });
    const headers = { ...paid, ...framing };
    const answer = await ask(url, { method: 'POST', headers, body: Buffer.alloc(1001) });
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'body_too_large' });
    expect([booth.uses, upstream.seen.length]).toEqual([0, 0]);
  });
});

test('a body that was read for its digest alone is not forwarded, whatever changed meanwhile', async () => {
  const upstream = await openUpstream();
  const booth = boothBefore(upstream.origin, { bindsBody: true });
  const foresee: Toll['foresee'] = async () => ({ kind: 'foreseen', needsBody: false });
  const { url } = await openBehind({ ...booth, foresee });
  const asked = { method: 'POST', headers: paid, body: 'abc' };
  const { status, headers } = await ask(url, asked);
  expect([status, headers['retry-after'], booth.uses]).toEqual([503, '1', 0]);
  expect(upstream.seen).toEqual([]);
  const { bodyDigest } = booth.visitors[0] ?? {};
  await ask(url, { ...asked, headers: { ...paid, 'transfer-encoding': 'chunked' } });
  expect(booth.visitors[1]?.bodyDigest).toBe(bodyDigest);
  expect(bodyDigest).toMatch(/^ba7816bf/);
});

test.each([
  ['said', {}],
  ['not said', { 'transfer-encoding': 'chunked' }],
])('a body beyond the limit for streams is refused, its length %s', async (_how, framing) => {
  const upstream = await openUpstream(request => void request.resume());
  const { url } = await openBehind(boothBefore(upstream.origin), {
    limits: { bodyBytes: 100_000 },
  });
  const headers = { ...paid, ...framing };
  const answer = await ask(url, { method: 'POST', headers, body: Buffer.alloc(100_001) });
  expect(answer.status).toBe(413);
  expect(JSON.parse(answer.body)).toMatchObject({ code: 'body_too_large' });
});

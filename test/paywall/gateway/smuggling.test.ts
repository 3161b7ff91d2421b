import { describe, expect, test } from 'vitest';
import { boothBefore, openBehind, TICKET } from './booth.ts';
import { openUpstream, say } from './wire.ts';

const HOST = 'Host: shop.example\r\n';
const PAID = `Authorization: ${TICKET}\r\n`;
const CLOSE = 'Connection: close\r\n';
const post = (lines: string, body = '') =>
  `POST /report HTTP/1.1\r\n${HOST}${PAID}${lines}\r\n${body}`;
const get = (target: string, lines = HOST) => `GET ${target} HTTP/1.1\r\n${lines}${PAID}\r\n`;

/** Each could be one request to us and another, or two, to the upstream. */
const AMBIGUOUS: readonly (readonly [what: string, text: string])[] = [
  ['two Host lines', get('/report', `${HOST}Host: other.example\r\n`)],
  ['two equal Host lines', get('/report', HOST + HOST)],
  ['no Host line', get('/report', '')],
  ['a blank before the colon of Host', get('/report', 'Host : shop.example\r\n')],
  ['a Host that is no host', get('/report', 'Host: shop.example@other.example\r\n')],
  ['a folded line', get('/report', `${HOST}X-A: b\r\n c\r\n`)],
  ['a first header line that begins with a blank', get('/report', ` X: a\r\n${HOST}`)],
  ['a bare LF', get('/report', `${HOST}X-A: b\nX-C: d\r\n`)],
  ['a bare CR', get('/report', `${HOST}X-A: b\rX-C: d\r\n`)],
  ['a NUL', get('/report', `${HOST}X-A: b\0c\r\n`)],
  ['a header name that is none', get('/report', `${HOST}X A: b\r\n`)],
  ['a length and chunks', post('Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n')],
  ['chunks and a length', post('Transfer-Encoding: chunked\r\nContent-Length: 5\r\n', '0\r\n\r\n')],
  ['two lengths', post('Content-Length: 3\r\nContent-Length: 4\r\n', 'abcd')],
  ['two equal lengths', post('Content-Length: 3\r\nContent-Length: 3\r\n', 'abc')],
  ['a list of lengths', post('Content-Length: 3, 3\r\n', 'abc')],
  ['a signed length', post('Content-Length: +3\r\n', 'abc')],
  ['a negative length', post('Content-Length: -3\r\n')],
  ['a hexadecimal length', post('Content-Length: 0x3\r\n', 'abc')],
  ['an empty length', post('Content-Length:\r\n')],
  ['an unknown transfer coding', post('Transfer-Encoding: xchunked\r\n', '0\r\n\r\n')],
  ['a transfer coding beside chunked', post('Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n')],
  ['chunked not last', post('Transfer-Encoding: chunked, gzip\r\n', '0\r\n\r\n')],
  [
    'chunked twice',
    post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'),
  ],
  ['identity', post('Transfer-Encoding: identity\r\n')],
  ['a quoted coding', post('Transfer-Encoding: "chunked"\r\n', '0\r\n\r\n')],
  ['a blank before the colon', post('Transfer-Encoding : chunked\r\n', '0\r\n\r\n')],
  [
    'chunks in HTTP/1.0',
    `POST /report HTTP/1.0\r\n${HOST}${PAID}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  ['a GET with a body', `GET /report HTTP/1.1\r\n${HOST}${PAID}Content-Length: 3\r\n\r\nabc`],
  [
    'a HEAD with chunks',
    `HEAD /report HTTP/1.1\r\n${HOST}${PAID}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  ['absolute form', get('http://shop.example/report')],
  ['absolute form of another host', get('http://other.example/report')],
  ['an empty segment', get('//other.example/report')],
  ['an encoded slash', get('/free%2f..%2freport')],
  ['an encoded backslash', get('/a%5cb')],
  ['a backslash', get('/a\\b')],
  ['a dot segment', get('/free/../report')],
  ['an encoded dot segment', get('/free/%2e%2e/report')],
  ['a parameter of a segment', get('/free;/report')],
  ['a fragment', get('/report#x')],
  ['an overlong slash', get('/a%c0%afb')],
  ['the asterisk form', `OPTIONS * HTTP/1.1\r\n${HOST}${PAID}\r\n`],
  ['HTTP/0.9', 'GET /report\r\n\r\n'],
  ['an unknown version', `GET /report HTTP/1.2\r\n${HOST}${PAID}\r\n`],
  ['HTTP/2 without a word', `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`],
  [
    'two credentials of other schemes',
    get('/report', `${HOST}Authorization: Basic YQ==\r\nAuthorization: Basic Yg==\r\n`),
  ],
  ['two Macaroon lines', get('/report', `${HOST}Macaroon: aa\r\nMacaroon: bb\r\n`)],
  ['two client keys', get('/report', `${HOST}L402-Client-Key: aa\r\nL402-Client-Key: bb\r\n`)],
];

describe('a request that two servers could read in two ways is refused, and touches nothing:', () => {
  test.each(AMBIGUOUS)('%s', async (_what, text) => {
    const upstream = await openUpstream();
    const booth = boothBefore(upstream.origin);
    const { url } = await openBehind(booth, { limits: { keepAliveMs: 200 } });
    const heard = await say(url, text, /^HTTP\/1\.1 \d{3}[\s\S]*\r\n\r\n\{.*\}/);
    expect(heard).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(heard).toContain('application/problem+json');
    expect([upstream.seen.length, booth.visitors.length]).toEqual([0, 0]);
  });
});

test('what follows a broken body is never read as a request', async () => {
  const upstream = await openUpstream();
  const booth = boothBefore(upstream.origin);
  const { url } = await openBehind(booth);
  const inner = `GET /smuggled HTTP/1.1\r\n${HOST}${PAID}\r\n`;
  const heard = await say(url, post('Transfer-Encoding: chunked\r\n', `zz\r\n${inner}`));
  expect(heard.match(/HTTP\/1\.1 \d+/g)).not.toContain('HTTP/1.1 200');
  expect(booth.wanted.map(({ target }) => target)).not.toContain('/smuggled');
});

test('a body that was never asked for is not read as the next request', async () => {
  const upstream = await openUpstream();
  const booth = boothBefore(upstream.origin);
  const { url } = await openBehind(booth);
  const length = `GET /smuggled HTTP/1.1\r\n${HOST}${PAID}\r\n`.length;
  const unpaid = `POST /report HTTP/1.1\r\n${HOST}Expect: 100-continue\r\nContent-Length: ${length}\r\n\r\n`;
  // The connection ends with its answer, so that whatever comes next means nothing.
  const heard = await say(url, unpaid);
  expect(heard).toMatch(/^HTTP\/1\.1 402 /);
  expect(heard).toContain('Connection: close');
});

test('requests in a row on one connection are each judged, and answered in order', async () => {
  const upstream = await openUpstream((request, response) => void response.end(request.url));
  const booth = boothBefore(upstream.origin);
  const { url } = await openBehind(booth);
  const row = `${get('/one')}GET /two HTTP/1.1\r\n${HOST}\r\n${get('/three', HOST + CLOSE)}`;
  const heard = await say(url, row);
  expect(heard.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 402', 'HTTP/1.1 200']);
  expect(upstream.seen.map(({ target }) => target).toSorted()).toEqual(['/one', '/three']);
});

test('CONNECT opens nothing', async () => {
  const upstream = await openUpstream();
  const { url } = await openBehind(boothBefore(upstream.origin));
  expect(await say(url, `CONNECT ${upstream.origin.slice(7)} HTTP/1.1\r\n${HOST}${PAID}\r\n`)).toBe(
    '',
  );
  expect(upstream.seen).toEqual([]);
});

test('trailers are dropped both ways', async () => {
  const upstream = await openUpstream((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, { trailer: 'X-After' });
      response.write(JSON.stringify(request.trailers));
      response.addTrailers({ 'X-After': 'late' });
      response.end();
    });
  });
  const { url } = await openBehind(boothBefore(upstream.origin));
  const chunks = '3\r\nabc\r\n0\r\nX-Forwarded-For: 1.1.1.1\r\n\r\n';
  const heard = await say(url, post(`Transfer-Encoding: chunked\r\n${CLOSE}`, chunks));
  expect(heard).toMatch(/^HTTP\/1\.1 200 /);
  expect(heard).toContain('{}');
  expect(heard).not.toMatch(/x-after|trailer/i);
});

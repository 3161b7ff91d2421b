import { describe, expect, test } from 'vitest';
import { boothBefore, openBehind, TICKET } from './booth.ts';
import { ask, openRawUpstream, openUpstream, valuesOf } from './wire.ts';

const paid = { authorization: TICKET };

/** What an upstream could take for the gateway's word, with a value that only the client has. */
const SPOOFS = [
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-forwarded',
  'X_Forwarded_For',
  'x_api_key',
  'x.forwarded.for',
  'forwarded',
  'via',
  'x-real-ip',
  'true-client-ip',
  'cf-connecting-ip',
  'x-client-ip',
  'x-original-url',
  'x-rewrite-url',
  'x-http-method-override',
  'x-method-override',
  'x-http-method',
  'x-envoy-original-path',
  'proxy-authorization',
  'proxy',
  'proxy-connection',
  'remote-user',
  'te',
  'keep-alive',
  'x-api-key',
  'X-Api-Key',
  'l402-client-key',
  'l402-use',
  'macaroon',
  'grpc-metadata-macaroon',
];

describe('an upstream never hears a client say', () => {
  test.each(SPOOFS)('%s', async name => {
    const upstream = await openUpstream();
    const { url } = await openBehind(boothBefore(upstream.origin));
    const { status } = await ask(url, { headers: { ...paid, [name]: 'spoofed' } });
    expect(status).toBe(200);
    expect(JSON.stringify(upstream.seen)).not.toContain('spoofed');
  });

  test('its token, in whatever form, though another credential passes', async () => {
    const upstream = await openUpstream();
    const { url } = await openBehind(boothBefore(upstream.origin));
    const lines = [
      TICKET,
      'LSAT AgEEbHNhdA==:00ff',
      'l402 AgEEbHNhdA==:00ff',
      'L402',
      'Bearer of-the-client',
    ];
    await ask(url, { headers: { authorization: lines } });
    const [seen] = upstream.seen;
    expect(valuesOf(seen!.lines, 'authorization')).toEqual(['Bearer of-the-client']);
    expect(JSON.stringify(seen)).not.toContain('AgEEbHNhdA');
  });

  test('what it names in Connection', async () => {
    const upstream = await openUpstream();
    const { url } = await openBehind(boothBefore(upstream.origin));
    const connection = 'close, X-Secret, x-forwarded-for';
    await ask(url, { headers: { ...paid, connection, 'x-secret': 'a', 'x-kept': 'b' } });
    const [seen] = upstream.seen;
    expect(valuesOf(seen!.lines, 'x-secret')).toEqual([]);
    expect(valuesOf(seen!.lines, 'x-kept')).toEqual(['b']);
    expect(valuesOf(seen!.lines, 'x-forwarded-for')).toEqual(['127.0.0.1']);
  });
});

test('an upstream hears from the gateway who asks, for which host, and its own secret', async () => {
  const upstream = await openUpstream();
  const { url } = await openBehind(boothBefore(upstream.origin));
  await ask(url, { headers: { ...paid, host: 'Shop.Example:8403', 'accept-language': 'eo' } });
  const { lines } = upstream.seen[0]!;
  expect(valuesOf(lines, 'host')).toEqual([`127.0.0.1:${upstream.port}`]);
  expect(valuesOf(lines, 'x-forwarded-host')).toEqual(['shop.example']);
  expect(valuesOf(lines, 'x-forwarded-for')).toEqual(['127.0.0.1']);
  expect(valuesOf(lines, 'x-forwarded-proto')).toEqual(['http']);
  expect(valuesOf(lines, 'x-api-key')).toEqual(['upstream-secret']);
  expect(valuesOf(lines, 'accept-language')).toEqual(['eo']);
  expect(valuesOf(lines, 'via')).toEqual([expect.stringMatching(/^1\.1 tollkeeper-[0-9a-f]{16}$/)]);
});

test('a request that came round through the gateway itself is refused', async () => {
  const upstream = await openUpstream();
  const booth = boothBefore(upstream.origin);
  const { url } = await openBehind(booth);
  await ask(url, { headers: paid });
  const [via = ''] = valuesOf(upstream.seen[0]!.lines, 'via');
  const { status } = await ask(url, { headers: { ...paid, via } });
  expect([status, upstream.seen.length, booth.visitors.length]).toEqual([508, 1, 1]);
});

describe('a client never hears an upstream say', () => {
  test.each([
    ['what belongs to the connection', 'Keep-Alive: timeout=99', /timeout=99/],
    ['what it names in Connection', 'Connection: X-Inner\r\nX-Inner: 1', /x-inner/i],
    ['a demand for money', 'WWW-Authenticate: L402 macaroon="x", invoice="y"', /macaroon/],
    ['a demand in a list', 'WWW-Authenticate: Basic realm="a", LSAT invoice="y"', /LSAT/],
    ['that it has to log in to a proxy', 'Proxy-Authenticate: Basic', /proxy-auth/i],
    ['another way around the gateway', 'Alt-Svc: h2=":443"', /alt-svc/i],
    ['what is left of a token', 'L402-Uses-Left: 99', /99/],
    [
      'that caches may share it',
      'Cache-Control: public, s-maxage=60, no-transform',
      /public|s-max/,
    ],
    ['that a CDN may share it', 'CDN-Cache-Control: max-age=60', /cdn/i],
  ])('%s', async (_what, line, trace) => {
    const origin = await openRawUpstream(socket => {
      socket.on('data', () =>
        socket.end(`HTTP/1.1 200 OK\r\n${line}\r\nX-Kept: yes\r\nContent-Length: 2\r\n\r\nok`),
      );
    });
    const { url } = await openBehind(boothBefore(origin));
    const answer = await ask(url, { headers: paid });
    expect([answer.status, answer.body, answer.headers['x-kept']]).toEqual([200, 'ok', 'yes']);
    expect(answer.lines.join('\n')).not.toMatch(trace);
    expect(answer.headers['cache-control']).toMatch(/^private/);
  });

  test('402: money was paid once, so for the client the upstream failed', async () => {
    const upstream = await openUpstream((_request, response) => {
      response.writeHead(402, { 'www-authenticate': 'L402 macaroon="x"' }).end('pay me');
    });
    const booth = boothBefore(upstream.origin);
    const { url } = await openBehind(booth);
    const { status, headers, body } = await ask(url, { headers: paid });
    expect([status, headers['l402-use'], booth.uses]).toEqual([502, 'returned', 0]);
    expect(body).not.toContain('pay me');
  });
});

describe('X-Forwarded-For', () => {
  test('is believed from a trusted proxy, and from no other', async () => {
    const upstream = await openUpstream();
    const headers = { ...paid, 'x-forwarded-for': '203.0.113.9, 198.51.100.7' };
    for (const [trustedProxies, address] of [
      [[], '127.0.0.1'],
      [['10.0.0.0/8'], '127.0.0.1'],
      [['127.0.0.0/8'], '198.51.100.7'],
      [['127.0.0.1', '198.51.100.0/24'], '203.0.113.9'],
    ] as const) {
      const booth = boothBefore(upstream.origin);
      const { url } = await openBehind(booth, { settings: { trustedProxies } });
      await ask(url, { headers });
      expect(booth.visitors[0]?.address).toBe(address);
      expect(valuesOf(upstream.seen.at(-1)!.lines, 'x-forwarded-for')).toEqual([address]);
    }
  });
});

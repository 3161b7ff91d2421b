import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompressSync, constants, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { build } from 'esbuild';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { CODES, refuse } from '../../src/base/index.ts';
import { always, get, LIMITS, openBuyer, opened } from './buyer.ts';
import { certificate, openRawSeller, openSeller, openTlsSeller } from './seller.ts';

const sold: RequestListener = (_request, response) => response.end('sold');
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** A port on which nobody listens any more. */
async function deadPort(): Promise<number> {
  const { createServer } = await import('node:net');
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise(resolve => server.close(resolve));
  return port;
}

describe('an answer', () => {
  it('of 402 is an answer like another, with every challenge line in order', async () => {
    const challenges = ['LSAT macaroon="a", invoice="b"', 'L402 macaroon="a", invoice="b"'];
    const seller = await openSeller((_request, response) => {
      response.setHeader('www-authenticate', challenges);
      response.writeHead(402, { 'content-type': 'text/plain; charset=utf-8' }).end('pay');
    });
    const answer = await openBuyer().exchange(get(`${seller.origin}/a?b=c#d`), opened);
    expect(answer).toEqual({
      ok: true,
      value: {
        url: `${seller.origin}/a?b=c`,
        origin: seller.origin,
        status: 402,
        contentType: 'text/plain;charset=utf-8',
        challenges,
        bytes: new Uint8Array(Buffer.from('pay')),
        sha256: sha256('pay'),
      },
    });
  });

  it('may be empty and without any header', async () => {
    const seller = await openRawSeller(socket => {
      socket.once('data', () => socket.end('HTTP/1.1 204\r\n\r\n'));
    });
    expect(await openBuyer().exchange(get(seller.origin), opened)).toMatchObject({
      ok: true,
      value: { status: 204, contentType: undefined, challenges: [], sha256: sha256('') },
    });
  });

  it('carries on after interim answers', async () => {
    const seller = await openRawSeller(socket => {
      const interim = 'HTTP/1.1 102 A\r\n\r\nHTTP/1.1 103 B\r\nLink: a\r\n\r\n';
      const final = 'HTTP/1.1 200 C\r\ncontent-length: 4\r\n\r\nsold';
      socket.once('data', () => socket.end(interim + final));
    });
    const answer = await openBuyer().exchange(get(seller.origin), opened);
    expect(answer).toMatchObject({ ok: true, value: { status: 200, sha256: sha256('sold') } });
  });

  it('of exactly the limit is taken, of one byte more refused, announced or not', async () => {
    const seller = await openSeller((request, response) => {
      const body = Buffer.alloc(Number(request.url?.slice(2)), 'a');
      if (request.url?.startsWith('/l')) response.setHeader('content-length', body.length);
      response.write(body.subarray(0, 10));
      response.end(body.subarray(10));
    });
    const buyer = openBuyer({ maxBodyBytes: 100_000 });
    for (const how of ['l', 'c']) {
      expect(await buyer.exchange(get(`${seller.origin}/${how}100000`), opened)).toMatchObject({
        ok: true,
        value: { sha256: sha256('a'.repeat(100_000)) },
      });
      expect(await buyer.exchange(get(`${seller.origin}/${how}100001`), opened)).toMatchObject({
        code: 'BODY_LIMIT',
        reached: true,
      });
    }
  });

  it('to HEAD may announce more than the limit, since it does not send it', async () => {
    const seller = await openSeller((_request, response) => {
      response.writeHead(200, { 'content-length': 3e9, 'content-encoding': 'gzip' }).end();
    });
    const answer = await openBuyer().exchange(get(seller.origin, { method: 'HEAD' }), opened);
    expect(answer).toMatchObject({ ok: true, value: { status: 200 } });
  });
});

describe('a body that is compressed although identity was asked for', () => {
  const text = 'sold '.repeat(1000);
  const send = (coding: string | string[], body: Uint8Array) =>
    openSeller((_request, response) => {
      response.setHeader('content-encoding', coding).end(body);
    });

  it.each([
    ['gzip', gzipSync(text)],
    ['x-gzip', gzipSync(text)],
    ['GZip', gzipSync(text)],
    ['br', brotliCompressSync(text)],
    ['identity', Buffer.from(text)],
  ])('with %s is read, and hashed as it is read', async (coding, body) => {
    const seller = await send(coding, body);
    const answer = await openBuyer().exchange(get(seller.origin), opened);
    expect(answer).toMatchObject({ ok: true, value: { sha256: sha256(text) } });
  });

  it.each([
    ['deflate', deflateSync(text)],
    ['zstd', zstdCompressSync(text)],
    ['gzip, gzip', gzipSync(gzipSync(text))],
    ['gzip, br', brotliCompressSync(gzipSync(text))],
    [['gzip', 'gzip'], gzipSync(gzipSync(text))],
    ['__proto__', Buffer.from(text)],
    ['gzip', Buffer.from(text)],
    ['gzip', gzipSync(text).subarray(0, 30)],
    ['br', Buffer.from(text)],
  ])('with %j, in a way that cannot be read, is refused', async (coding, body) => {
    const seller = await send(coding, body);
    const answer = await openBuyer().exchange(get(seller.origin), opened);
    expect(answer).toMatchObject({ ok: false, code: 'L402TransportError', reached: true });
  });

  it.each([16, 17, 18, 22, 23, 24])(
    'with a Brotli window of 2^%i bytes is read up to 2^22',
    async bits => {
      const params = { [constants.BROTLI_PARAM_LGWIN]: bits };
      const seller = await send('br', brotliCompressSync(text, { params }));
      const answer = await openBuyer().exchange(get(seller.origin), opened);
      expect(answer).toMatchObject(
        bits <= 22 ? { ok: true } : { code: 'BODY_LIMIT', reached: true },
      );
    },
  );

  it('is decompressed once: gzip within gzip stays gzip', async () => {
    const once = gzipSync(text);
    const seller = await send('gzip', gzipSync(once));
    const answer = await openBuyer().exchange(get(seller.origin), opened);
    expect(answer.ok && Buffer.from(answer.value.bytes).equals(once)).toBe(true);
  });

  it('is taken up to the limit and not a byte further', async () => {
    const seller = await send('gzip', gzipSync(text));
    const exchange = (maxBodyBytes: number) =>
      openBuyer({ maxBodyBytes }).exchange(get(seller.origin), opened);
    expect(await exchange(text.length)).toMatchObject({ ok: true });
    expect(await exchange(text.length - 1)).toMatchObject({ code: 'BODY_LIMIT', reached: true });
  });
});

describe('a connection', () => {
  it('is used again by the next request to the same origin', async () => {
    const seller = await openSeller(sold);
    const buyer = openBuyer();
    for (let i = 0; i < 20; i++) {
      expect(await buyer.exchange(get(`${seller.origin}/${i}`), opened)).toMatchObject({
        ok: true,
      });
    }
    expect(seller.connections()).toBe(1);
  });

  it('of an answer that was broken off is not used again', async () => {
    const seller = await openSeller((request, response) => {
      response.end(request.url === '/large' ? Buffer.alloc(1_000_000) : 'sold');
    });
    const buyer = openBuyer();
    expect(await buyer.exchange(get(`${seller.origin}/large`), opened)).toMatchObject({
      code: 'BODY_LIMIT',
    });
    expect(await buyer.exchange(get(seller.origin), opened)).toMatchObject({
      ok: true,
      value: { sha256: sha256('sold') },
    });
  });

  it('is made for https alone unless plain http is opened', async () => {
    const seller = await openSeller(sold);
    const httpsOnly = always({ privateAddresses: true, plainHttp: false });
    expect(await openBuyer().exchange(get(seller.origin), httpsOnly)).toMatchObject({
      code: 'url_invalid',
      reached: false,
    });
    expect(seller.connections()).toBe(0);
  });

  it('is not made when the judge refuses', async () => {
    const seller = await openSeller(sold);
    const answer = await openBuyer().exchange(get(seller.origin), () => refuse('host_blocked'));
    expect(answer).toEqual({ ok: false, code: 'host_blocked', reached: false });
    expect(seller.connections()).toBe(0);
  });

  it('goes straight to the seller, whatever proxies the environment names', async () => {
    const proxy = await openSeller(sold);
    for (const name of ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'NODE_USE_ENV_PROXY']) {
      vi.stubEnv(name, name === 'NODE_USE_ENV_PROXY' ? '1' : proxy.origin);
    }
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const seller = await openSeller(sold);
    expect(await openBuyer().exchange(get(seller.origin), opened)).toMatchObject({ ok: true });
    expect(proxy.connections()).toBe(0);
  });
});

describe('TLS', () => {
  const unverified = {
    ok: false,
    code: 'L402TransportError',
    detail: 'Its TLS certificate could not be verified.',
    reached: false,
  };

  it('with a certificate that nobody vouches for is refused, also if the environment allows it', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const seller = await openTlsSeller(sold);
    expect(await openBuyer().exchange(get(seller.origin), opened)).toEqual(unverified);
  });

  it('with a certificate for the host is spoken, for another host refused', async () => {
    const before = getCACertificates('default');
    setDefaultCACertificates([...before, certificate]);
    onTestFinished(() => setDefaultCACertificates(before));
    const seller = await openTlsSeller(sold);
    const buyer = openBuyer({}, async () => [{ address: '127.0.0.1', family: 4 }]);
    const buy = (host: string) => buyer.exchange(get(`https://${host}:${seller.port}/`), opened);
    expect(await buy('seller.test')).toMatchObject({ ok: true, value: { sha256: sha256('sold') } });
    expect(await buy('seller.test.')).toMatchObject({ ok: true });
    expect(await buy('thief.test')).toEqual(unverified);
  });

  it('that the seller does not speak is named so', async () => {
    const seller = await openSeller(sold);
    const url = seller.origin.replace('http:', 'https:');
    expect(await openBuyer().exchange(get(url), opened)).toEqual({
      ok: false,
      code: 'L402TransportError',
      detail: 'TLS could not be agreed on.',
      reached: false,
    });
  });
});

describe('whether the seller was reached', () => {
  it('is no when nobody listens', async () => {
    const url = `http://127.0.0.1:${await deadPort()}/`;
    expect(await openBuyer().exchange(get(url), opened)).toEqual({
      ok: false,
      code: 'L402TransportError',
      detail: 'The connection was refused.',
      reached: false,
    });
  });

  it.each([
    ['has no address', async () => []],
    ['cannot be looked up', () => Promise.reject(new Error('SERVFAIL at ns.evil.example'))],
  ])('is no when the name %s', async (_what, resolve) => {
    expect(await openBuyer({}, resolve).exchange(get('http://seller.example/'), opened)).toEqual({
      ok: false,
      code: 'L402TransportError',
      detail: 'Its host name has no address.',
      reached: false,
    });
  });

  it.each([
    ['connecting', { connectMs: 100 }],
    ['everything', { totalMs: 100 }],
  ])('is no when the resolver never answers and the time for %s is up', async (_what, limits) => {
    const buyer = openBuyer(limits, () => new Promise(() => undefined));
    const answer = await buyer.exchange(get('http://seller.example/'), opened);
    expect(answer).toEqual({ ok: false, code: 'HTTP_TIMEOUT', reached: false });
  });

  it.each([
    ['hangs up', ''],
    ['breaks off its head', 'HTTP/1.1 200 OK\r\ncontent-le'],
    ['breaks off its body', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nsold'],
    ['breaks off its chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nsold\r\n'],
    ['speaks something else', 'SSH-2.0-OpenSSH_9.9\r\n'],
    ['changes the protocol', 'HTTP/1.1 101 A\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'],
    ['goes on where nothing waited', 'HTTP/1.1 100 A\r\n\r\nHTTP/1.1 200 OK\r\n\r\n'],
    ['gives two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 4\r\ncontent-length: 5\r\n\r\nsold'],
    [
      'gives a length and chunks',
      'HTTP/1.1 200 OK\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
  ])('is yes when the seller reads the request and %s', async (_what, reply) => {
    const seller = await openRawSeller(socket => {
      socket.once('data', () => socket.end(reply));
    });
    const answer = await openBuyer().exchange(
      get(seller.origin, { method: 'POST', body: 'a' }),
      opened,
    );
    expect(answer).toMatchObject({ ok: false, code: 'L402TransportError', reached: true });
  });

  it('is no when the caller gives up before, and nothing is sent', async () => {
    const seller = await openSeller(sold);
    const answer = await openBuyer().exchange(get(seller.origin), opened, AbortSignal.abort());
    expect(answer).toEqual({ ok: false, code: 'cancelled', reached: false });
    expect(seller.connections()).toBe(0);
  });

  it('is no when the caller gives up while the name is looked up, and nothing is sent later', async () => {
    const requests: (string | undefined)[] = [];
    const seller = await openSeller((request, response) => {
      requests.push(request.url);
      response.end();
    });
    const caller = new AbortController();
    const found = Promise.withResolvers<void>();
    const buyer = openBuyer({}, async () => {
      caller.abort();
      await found.promise;
      return [{ address: '127.0.0.1', family: 4 }];
    });
    const origin = `http://seller.example:${seller.port}`;
    const answer = await buyer.exchange(get(`${origin}/first`), opened, caller.signal);
    expect(answer).toEqual({ ok: false, code: 'cancelled', reached: false });
    found.resolve();
    // The connection that the first request waited for is made before this one's.
    expect(await buyer.exchange(get(`${origin}/second`), opened)).toMatchObject({ ok: true });
    expect(requests).toEqual(['/second']);
  });

  it('is yes when the caller gives up while the seller thinks', async () => {
    const caller = new AbortController();
    const seller = await openSeller(() => caller.abort());
    const answer = await openBuyer().exchange(get(seller.origin), opened, caller.signal);
    expect(answer).toEqual({ ok: false, code: 'cancelled', reached: true });
  });
});

describe('whatever a seller sends', () => {
  it('ends in an answer or in a code of the table, in our words', async () => {
    let reply = Buffer.alloc(0);
    const seller = await openRawSeller(socket => {
      socket.once('data', () => socket.end(reply));
    });
    const buyer = openBuyer({ totalMs: 2_000 });
    const heads = fc.constantFrom(
      '',
      'HTTP/1.1 200 OK\r\n',
      'HTTP/1.1 402 MARK\r\nwww-authenticate: ',
      'HTTP/1.1 200 OK\r\ncontent-length: ',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n',
      'HTTP/1.1 302 F\r\nlocation: ',
      'HTTP/1.0 200\r\n',
      'HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n',
      'HTTP/1.1 200 OK\r\ncontent-type: ',
    );
    const tails = fc.oneof(
      fc.uint8Array({ maxLength: 60 }).map(bytes => Buffer.from(bytes)),
      fc
        .string({
          unit: fc.constantFrom('\r\n', ':', ' ', '0', '9', 'a', 'MARK', ',', '"'),
          maxLength: 30,
        })
        .map(Buffer.from),
    );
    await fc.assert(
      fc.asyncProperty(heads, tails, async (head, tail) => {
        reply = Buffer.concat([Buffer.from(head), tail, Buffer.from('\r\n\r\n')]);
        const answer = await buyer.exchange(get(seller.origin), opened);
        if (answer.ok) return;
        expect(Object.keys(CODES)).toContain(answer.code);
        expect(JSON.stringify(answer)).not.toContain('MARK');
      }),
      { numRuns: 300 },
    );
  });
});

describe('the door', () => {
  it('loads no HTTP client before it is first used', async () => {
    const index = new URL('../../src/http/index.ts', import.meta.url).href;
    const script = `
      import { Module } from 'node:module';
      const http = await import(${JSON.stringify(index)});
      const egress = http.openEgress({});
      await egress.close();
      console.log(Object.keys(Module._cache).filter(path => path.includes('undici')).length);`;
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script]);
    expect(stdout.trim()).toBe('0');
  });

  it('opens in a split bundle, as it is shipped', async () => {
    const outdir = await mkdtemp(join(tmpdir(), 'tollkeeper-'));
    onTestFinished(() => rm(outdir, { recursive: true }));
    await build({
      entryPoints: {
        'http/index': fileURLToPath(new URL('../../src/http/index.ts', import.meta.url)),
      },
      outdir,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      logLevel: 'error',
      banner: {
        js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
      },
    });
    const shipped: typeof import('../../src/http/index.ts') = await import(
      /* @vite-ignore */ pathToFileURL(join(outdir, 'http/index.mjs')).href
    );
    const egress = shipped.openEgress(LIMITS);
    onTestFinished(() => egress.close());
    const seller = await openSeller(sold);
    expect(await egress.exchange(get(seller.origin), opened)).toMatchObject({ ok: true });
  });

  it('breaks off what runs and refuses what comes once it is closed', async () => {
    const buyer = openBuyer();
    const seller = await openSeller(() => buyer.close());
    const closing = { ok: false, code: 'L402TransportError', detail: 'Tollkeeper is closing.' };
    expect(await buyer.exchange(get(seller.origin), opened)).toEqual({ ...closing, reached: true });
    expect(await buyer.exchange(get(seller.origin), opened)).toEqual({
      ...closing,
      reached: false,
    });
    expect(seller.connections()).toBe(1);
  });
});

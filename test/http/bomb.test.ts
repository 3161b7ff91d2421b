import { execFile } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompressSync, constants, deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Limits } from '../../src/http/index.ts';
import type { Measured } from './bomb-buyer.ts';
import { openRawSeller, openSeller, type Seller } from './seller.ts';

const MIB = 1024 * 1024;
const LIMITS: Limits = {
  maxBodyBytes: MIB,
  totalMs: 1_200,
  idleMs: 300,
  connectMs: 1_000,
  maxRedirects: 3,
};
const OK = 'HTTP/1.1 200 OK\r\n';

/**
 * Lets a process of its own buy from the seller and measures what that took. V8 may let its young generation
 * grow by 16 MiB while it is fed, and sweeps it in threads when it likes: with both held still, what grows is
 * what the buyer holds.
 */
async function buyApart(seller: Seller): Promise<Measured> {
  const harmless = await openSeller((_request, response) => response.end('sold'));
  const buyer = fileURLToPath(new URL('bomb-buyer.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--expose-gc',
    '--max-semi-space-size=1',
    '--single-threaded',
    buyer,
    JSON.stringify(LIMITS),
    harmless.origin,
    seller.origin,
  ]);
  return JSON.parse(stdout);
}

/** Writes as fast as the socket takes it, for as long as it is open. */
function pour(socket: Socket, piece: Buffer): void {
  const more = (): void => {
    while (socket.writable && socket.write(piece));
  };
  socket.on('drain', more);
  more();
}

/** Writes one piece every 20 ms, for as long as the socket is open. */
function drip(socket: Socket, piece: string): void {
  const timer = setInterval(() => socket.write(piece), 20);
  socket.on('close', () => clearInterval(timer));
}

const raw = (act: (socket: Socket) => void) => () =>
  openRawSeller(socket => {
    socket.once('data', () => act(socket));
  });

/** 1 GiB of zeros as one gzip stream: a header, then the same flushed block again and again. */
function gzipBomb(): Buffer {
  const block = deflateRawSync(Buffer.alloc(16 * MIB), { finishFlush: constants.Z_FULL_FLUSH });
  return Buffer.concat([gzipSync('').subarray(0, 10), ...Array<Buffer>(64).fill(block)]);
}

/** 1 GiB of zeros as one Brotli stream with the widest window that is decoded. */
function brotliBomb(): Buffer {
  return brotliCompressSync(Buffer.alloc(1024 * MIB), {
    params: { [constants.BROTLI_PARAM_QUALITY]: 2, [constants.BROTLI_PARAM_LGWIN]: 22 },
  });
}

const coded =
  (coding: string, bomb: () => Buffer): (() => Promise<Seller>) =>
  () => {
    const body = bomb();
    return openSeller((_request, response) => {
      response.writeHead(200, { 'content-encoding': coding }).end(body);
    });
  };

const bombs: readonly [string, () => Promise<Seller>, string][] = [
  ['a gzip bomb of 1 GiB', coded('gzip', gzipBomb), 'BODY_LIMIT'],
  ['a Brotli bomb of 1 GiB', coded('br', brotliBomb), 'BODY_LIMIT'],
  [
    'a body announced as 3 GB',
    raw(socket => {
      socket.write(`${OK}content-length: 3000000000\r\n\r\n`);
      pour(socket, Buffer.alloc(65_536));
    }),
    'BODY_LIMIT',
  ],
  [
    'an endless body',
    raw(socket => {
      socket.write(`${OK}\r\n`);
      pour(socket, Buffer.alloc(65_536));
    }),
    'BODY_LIMIT',
  ],
  [
    'an endless body in chunks of one byte',
    raw(socket => {
      socket.write(`${OK}transfer-encoding: chunked\r\n\r\n`);
      pour(socket, Buffer.from('1\r\na\r\n'.repeat(10_000)));
    }),
    'BODY_LIMIT',
  ],
  [
    'an endless compressed body that is empty when read',
    raw(socket => {
      const nothing = deflateRawSync('', { finishFlush: constants.Z_FULL_FLUSH });
      socket.write(`${OK}content-encoding: gzip\r\n\r\n`);
      pour(socket, Buffer.concat(Array<Buffer>(10_000).fill(nothing)));
    }),
    'BODY_LIMIT',
  ],
  [
    'a body that drips',
    raw(socket => {
      socket.write(`${OK}content-length: 1000000\r\n\r\n`);
      drip(socket, 'a');
    }),
    'HTTP_TIMEOUT',
  ],
  [
    'a body that stops',
    raw(socket => {
      socket.write(`${OK}content-length: 10\r\n\r\nsold`);
    }),
    'HTTP_TIMEOUT',
  ],
  [
    'a head that drips',
    raw(socket => {
      socket.write(`${OK}x: `);
      drip(socket, 'a');
    }),
    'HTTP_TIMEOUT',
  ],
  [
    'an endless head',
    raw(socket => {
      socket.write(OK);
      pour(socket, Buffer.from('x: a\r\n'.repeat(10_000)));
    }),
    'L402TransportError',
  ],
  [
    'an endless header',
    raw(socket => {
      socket.write(`${OK}x: `);
      pour(socket, Buffer.alloc(65_536, 'a'));
    }),
    'L402TransportError',
  ],
  [
    'endless interim answers',
    raw(socket => pour(socket, Buffer.from('HTTP/1.1 103 A\r\n\r\n'.repeat(100)))),
    'HTTP_TIMEOUT',
  ],
  [
    'endless trailers',
    raw(socket => {
      socket.write(`${OK}transfer-encoding: chunked\r\n\r\n0\r\n`);
      pour(socket, Buffer.from('x: a\r\n'.repeat(10_000)));
    }),
    'L402TransportError',
  ],
  [
    'redirects that each drip',
    () =>
      openSeller((_request, response) => {
        response.writeHead(302, { location: '/' });
        const timer = setInterval(() => response.write('a'), 20);
        setTimeout(() => {
          clearInterval(timer);
          response.end();
        }, 350);
      }),
    'HTTP_TIMEOUT',
  ],
  ['no answer at all', raw(() => undefined), 'HTTP_TIMEOUT'],
];

describe('a buyer with a limit of 1 MiB and 1.2 s', () => {
  it.each(bombs)('is rid of %s in time and grows by at most 16 MiB', async (_what, open, code) => {
    const measured = await buyApart(await open());
    expect(measured).toMatchObject({ code, reached: true });
    expect(measured.ms).toBeLessThan(LIMITS.totalMs + 300);
    expect(measured.growth).toBeLessThanOrEqual(16 * MIB);
  });
});

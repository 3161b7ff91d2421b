import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type Download, download } from '../../src/http/index.ts';
import { openMirror } from './mirror.ts';
import { certificate, openRawSeller, openSeller, openTlsSeller } from './seller.ts';

const FILE = randomBytes(300_000);
const HALF = 140_000;

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tollkeeper-download-'));
  path = join(directory, 'file');
});
afterEach(() => rm(directory, { recursive: true }));

const fetched = (url: string, changes: Partial<Download> = {}) =>
  download({
    url,
    path,
    maxBytes: 1_000_000,
    connectMs: 5_000,
    idleMs: 10_000,
    totalMs: 20_000,
    ...changes,
  });

/** Leaves the first half of a mirror's file behind, as a broken connection does. */
async function halfOf(mirror: Awaited<ReturnType<typeof openMirror>>): Promise<void> {
  mirror.manners.stallAfter = HALF;
  const onProgress = (done: number) => {
    if (done === HALF) mirror.breakOff();
  };
  expect(await fetched(mirror.url, { onProgress })).toEqual({
    ok: false,
    code: 'download_failed',
    detail: 'The connection broke off.',
  });
  expect((await stat(path)).size).toBe(HALF);
  mirror.manners.stallAfter = undefined;
}

const isWhole = async () => (await readFile(path)).equals(FILE);

describe('a file', () => {
  test('is fetched whole, for its owner alone, telling how far it is', async () => {
    const { url } = await openMirror(FILE);
    const told: [number, number | undefined][] = [];
    const onProgress = (...now: [number, number | undefined]) => void told.push(now);
    expect(await fetched(url, { onProgress })).toEqual({ ok: true, value: undefined });
    expect(await isWhole()).toBe(true);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(told[0]).toEqual([0, FILE.length]);
    expect(told.at(-1)).toEqual([FILE.length, FILE.length]);
    expect(told.map(([done]) => done)).toEqual(told.map(([done]) => done).sort((a, b) => a - b));
  });

  test('is fetched from a server that does not say how long it is', async () => {
    const { origin } = await openSeller((_request, response) => {
      response.write(FILE.subarray(0, HALF));
      response.end(FILE.subarray(HALF));
    });
    const totals = new Set<number | undefined>();
    const onProgress = (_done: number, total: number | undefined) => void totals.add(total);
    expect(await fetched(origin, { onProgress })).toMatchObject({ ok: true });
    expect(await isWhole()).toBe(true);
    expect([...totals]).toEqual([undefined]);
  });

  test('that broke off is gone on from, and no byte is sent twice', async () => {
    const mirror = await openMirror(FILE);
    await halfOf(mirror);
    const begun: number[] = [];
    expect(await fetched(mirror.url, { onProgress: done => void begun.push(done) })).toMatchObject({
      ok: true,
    });
    expect(await isWhole()).toBe(true);
    expect(begun[0]).toBe(HALF);
    expect(mirror.asked).toEqual([undefined, `bytes=${HALF}-`]);
    expect(mirror.served()).toBe(FILE.length);
  });

  test('is gone on from by its date where the server gives no tag', async () => {
    const lastModified = 'Wed, 12 Nov 2025 10:00:00 GMT';
    const mirror = await openMirror(FILE, { etag: undefined, lastModified });
    await halfOf(mirror);
    expect(await fetched(mirror.url)).toMatchObject({ ok: true });
    expect(await isWhole()).toBe(true);
    expect(mirror.served()).toBe(FILE.length);
  });

  test.for([
    ['there is nothing to tell it from another by', { etag: undefined }],
    ['its tag is a weak one', { etag: 'W/"one"' }],
  ] as const)('is begun anew when %s', async ([, manners]) => {
    const mirror = await openMirror(FILE, manners);
    await halfOf(mirror);
    expect(await fetched(mirror.url)).toMatchObject({ ok: true });
    expect(await isWhole()).toBe(true);
    expect(mirror.asked).toEqual([undefined, undefined]);
  });

  test('is begun anew when the server does not know Range', async () => {
    const mirror = await openMirror(FILE, { ranges: false });
    await halfOf(mirror);
    expect(await fetched(mirror.url)).toMatchObject({ ok: true });
    expect(await isWhole()).toBe(true);
    expect(mirror.served()).toBe(HALF + FILE.length);
  });

  test('is begun anew when it changed meanwhile', async () => {
    const mirror = await openMirror(randomBytes(200_000));
    await halfOf(mirror);
    Object.assign(mirror.manners, { file: FILE, etag: '"two"' });
    expect(await fetched(mirror.url)).toMatchObject({ ok: true });
    expect(await isWhole()).toBe(true);
    // One request was enough: If-Range had the server decide.
    expect(mirror.asked).toHaveLength(2);
  });

  test('is begun anew when it became shorter than what is there', async () => {
    const mirror = await openMirror(FILE);
    await halfOf(mirror);
    mirror.manners.file = FILE.subarray(0, 1000);
    expect(await fetched(mirror.url)).toMatchObject({ ok: true });
    expect(await readFile(path)).toEqual(FILE.subarray(0, 1000));
    expect(mirror.asked).toEqual([undefined, `bytes=${HALF}-`, undefined]);
  });

  test.for([
    ['another part', { 'content-range': `bytes 7-${FILE.length - 1}/${FILE.length}` }],
    ['no part that it names', {}],
    ['several parts', { 'content-type': 'multipart/byteranges; boundary=x' }],
    [
      'the right part of another file',
      { 'content-range': `bytes ${HALF}-${FILE.length - 1}/${FILE.length}`, etag: '"two"' },
    ],
  ] as const)('is begun anew when the server answers with %s', async ([, lie]) => {
    await halfOf(await openMirror(FILE));
    const { origin } = await openSeller(({ headers: { range } }, response) => {
      if (range === undefined) response.end(FILE);
      else response.writeHead(206, lie).end(randomBytes(1000));
    });
    expect(await fetched(origin)).toMatchObject({ ok: true });
    expect(await isWhole()).toBe(true);
  });

  test('is not taken for whole when a server gives less of the rest than was asked for', async () => {
    const mirror = await openMirror(FILE);
    await halfOf(mirror);
    const { origin } = await openSeller((_request, response) => {
      const range = `bytes ${HALF}-${HALF + 999}/${FILE.length}`;
      response.writeHead(206, { 'content-range': range, 'content-length': 1000 });
      response.end(FILE.subarray(HALF, HALF + 1000));
    });
    expect(await fetched(origin)).toMatchObject({ detail: 'It broke off before its end.' });
    expect(await fetched(mirror.url)).toMatchObject({ ok: true });
    expect(mirror.asked.at(-1)).toBe(`bytes=${HALF + 1000}-`);
    expect(await isWhole()).toBe(true);
  });

  test('is not made of a part that nobody asked for', async () => {
    const { origin } = await openSeller((_request, response) => {
      response.writeHead(206, { 'content-range': 'bytes 0-9/10' }).end('0123456789');
    });
    expect(await fetched(origin)).toMatchObject({ ok: false, code: 'download_failed' });
    expect((await stat(path)).size).toBe(0);
  });

  test('whose tag was spoiled on the disk is begun anew, and the tag is not sent', async () => {
    const mirror = await openMirror(FILE);
    await halfOf(mirror);
    await writeFile(`${path}.tag`, '"one"\r\nx-evil: 1');
    expect(await fetched(mirror.url)).toMatchObject({ ok: true });
    expect(await isWhole()).toBe(true);
    expect(mirror.asked).toEqual([undefined, undefined]);
  });
});

describe('nothing is fetched', () => {
  test.for([
    'ftp://127.0.0.1/file',
    'http://example.com/file',
    'http://127.0.0.1.example.com/file',
    'http://10.0.0.1/file',
    'https://user:secret@example.com/file',
    'file:///etc/passwd',
    'releases/file',
    '',
  ])('from "%s"', async url => {
    expect(await fetched(url)).toMatchObject({ ok: false, code: 'invalid_input' });
    expect(existsSync(path)).toBe(false);
  });

  test.for([404, 403, 500, 204])('from a server that answers with %i', async status => {
    const { origin } = await openSeller((_request, response) => {
      response.writeHead(status).end();
    });
    const detail = `The server answered with status ${status}.`;
    expect(await fetched(origin)).toEqual({ ok: false, code: 'download_failed', detail });
  });

  test('from a server that hangs up', async () => {
    const { origin } = await openRawSeller(socket => socket.destroy());
    expect(await fetched(origin)).toEqual({
      ok: false,
      code: 'download_failed',
      detail: 'The connection broke off.',
    });
  });
});

describe('redirects', () => {
  /** A seller that redirects `/<n>` to `/<n - 1>` and serves the file at `/0`. */
  const countdown: RequestListener = ({ url = '' }, response) => {
    const left = Number(url.slice(1));
    if (left > 0) response.writeHead(302, { location: `/${left - 1}` }).end('moved');
    else response.end(FILE);
  };

  test('are followed five times', async () => {
    const { origin } = await openSeller(countdown);
    expect(await fetched(`${origin}/5`)).toMatchObject({ ok: true });
    expect(await isWhole()).toBe(true);
    expect(await fetched(`${origin}/6`)).toEqual({
      ok: false,
      code: 'download_failed',
      detail: 'It redirected too often.',
    });
  });

  test('are followed by a file that is gone on from', async () => {
    const mirror = await openMirror(FILE);
    await halfOf(mirror);
    const { origin } = await openSeller((_request, response) => {
      response.writeHead(302, { location: mirror.url }).end();
    });
    expect(await fetched(origin)).toMatchObject({ ok: true });
    expect(mirror.served()).toBe(FILE.length);
  });

  test.for([
    ['http://10.0.0.1/file', 'It redirected to plain http.'],
    ['http://example.com/file', 'It redirected to plain http.'],
    ['ftp://127.0.0.1/file', 'What it names is not a usable URL.'],
    ['https://user:secret@127.0.0.1/file', 'What it names is not a usable URL.'],
  ] as const)('to %s are not followed', async ([location, detail]) => {
    const { origin } = await openSeller((_request, response) => {
      response.writeHead(302, { location }).end();
    });
    expect(await fetched(origin)).toEqual({ ok: false, code: 'download_failed', detail });
  });

  test('never lead from https to http, not even to this machine', async () => {
    const before = getCACertificates('default');
    setDefaultCACertificates([...before, certificate]);
    onTestFinished(() => setDefaultCACertificates(before));
    const mirror = await openMirror(FILE);
    const { origin } = await openTlsSeller(({ url }, response) => {
      if (url === '/file') response.end(FILE);
      else response.writeHead(302, { location: mirror.url }).end();
    });
    expect(await fetched(`${origin}/file`)).toMatchObject({ ok: true });
    expect(await fetched(origin)).toEqual({
      ok: false,
      code: 'download_failed',
      detail: 'It leads from https to http.',
    });
    expect(mirror.asked).toEqual([]);
  });

  test('never reach a server whose certificate does not verify', async () => {
    const { origin } = await openTlsSeller(countdown);
    expect(await fetched(`${origin}/0`)).toEqual({
      ok: false,
      code: 'download_failed',
      detail: 'Its TLS certificate could not be verified.',
    });
  });
});

describe('bounds hold:', () => {
  test('a file that says that it is too large is not begun', async () => {
    const mirror = await openMirror(FILE);
    const onProgress = () => {
      throw new Error('nobody reads it');
    };
    expect(await fetched(mirror.url, { maxBytes: FILE.length - 1, onProgress })).toEqual({
      ok: false,
      code: 'download_failed',
      detail: 'It is larger than it may be.',
    });
    expect((await stat(path)).size).toBe(0);
    expect(await fetched(mirror.url, { maxBytes: FILE.length })).toMatchObject({ ok: true });
  });

  test('a file that never ends is given up, and what came of it dropped', async () => {
    const { origin } = await openSeller((_request, response) => {
      const pour = () => {
        while (!response.destroyed && response.write(FILE));
      };
      response.on('drain', pour);
      pour();
    });
    expect(await fetched(origin)).toMatchObject({ detail: 'It is larger than it may be.' });
    expect((await stat(path)).size).toBe(0);
  });

  test.for([
    ['says nothing', false],
    ['falls silent in the middle', true],
  ] as const)('a server that %s is given up', async ([, begins]) => {
    const { origin } = await openSeller((_request, response) => {
      if (begins) response.writeHead(200, { etag: '"one"' }).write(FILE.subarray(0, HALF));
    });
    expect(await fetched(origin, { idleMs: 100 })).toEqual({
      ok: false,
      code: 'download_failed',
      detail: 'It took too long.',
    });
    expect((await stat(path)).size).toBe(begins ? HALF : 0);
  });

  test('a server that drips for ever is given up', async () => {
    const { origin } = await openSeller((_request, response) => {
      const drip = () => response.write('x', () => setTimeout(drip, 10));
      drip();
    });
    expect(await fetched(origin, { totalMs: 300 })).toMatchObject({
      code: 'download_failed',
      detail: 'It took too long.',
    });
  });

  test('whoever stops it keeps what came', async () => {
    const mirror = await openMirror(FILE);
    const stop = new AbortController();
    const onProgress = (done: number) => {
      if (done > 0) stop.abort();
    };
    expect(await fetched(mirror.url, { onProgress, signal: stop.signal })).toEqual({
      ok: false,
      code: 'download_failed',
      detail: 'It was stopped before its end.',
    });
    const { size } = await stat(path);
    expect(size).toBeGreaterThan(0);
    expect(await fetched(mirror.url)).toMatchObject({ ok: true });
    expect(mirror.asked.at(-1)).toBe(`bytes=${size}-`);
    expect(await isWhole()).toBe(true);
  });
});

describe('the disk:', () => {
  test.skipIf(!existsSync('/dev/full'))('a full one is told as such', async () => {
    await symlink('/dev/full', path);
    const { url } = await openMirror(FILE);
    expect(await fetched(url)).toEqual({ ok: false, code: 'disk_full' });
  });

  test('a place that cannot be written is an error of the machine', async () => {
    const { url } = await openMirror(FILE);
    await expect(fetched(url, { path: join(directory, 'missing', 'file') })).rejects.toMatchObject({
      code: 'store_unavailable',
    });
  });
});

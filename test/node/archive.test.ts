import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ArchiveBounds, unpack } from '../../src/node/archive.ts';
import { archiveOf, type Member, tarOf } from './prepare/archive.ts';

const LND = randomBytes(200_000);
const top: Member = { path: 'top/', header: { type: 'Directory' } };
const lnd: Member = { path: 'top/lnd', body: LND };
const lncli: Member = { path: 'top/lncli', body: 'lncli' };
const GOOD = [top, lnd, lncli];

let parent: string;
let into: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'tollkeeper-archive-'));
  into = join(parent, 'into');
  await mkdir(into);
});
afterEach(() => rm(parent, { recursive: true }));

async function unpacked(archive: Buffer, bounds?: ArchiveBounds) {
  const path = join(parent, 'archive');
  await writeFile(path, archive);
  return unpack(path, 'top', into, bounds);
}

/** Whether anything but the two binaries came of it, or anything outside of their directory. */
async function strayed(): Promise<readonly string[]> {
  const inside = (await readdir(into)).filter(name => name !== 'lnd' && name !== 'lncli');
  const outside = (await readdir(parent)).filter(name => name !== 'archive' && name !== 'into');
  return [...inside, ...outside];
}

describe('an archive of a release', () => {
  test('gives lnd and lncli, for their owner to run', async () => {
    expect(await unpacked(archiveOf(GOOD))).toEqual({ ok: true, value: undefined });
    expect((await readFile(join(into, 'lnd'))).equals(LND)).toBe(true);
    expect(await readFile(join(into, 'lncli'), 'utf8')).toBe('lncli');
    expect((await stat(join(into, 'lnd'))).mode & 0o777).toBe(0o700);
    expect(await strayed()).toEqual([]);
  });

  test('gives nothing else that lies beside them', async () => {
    const members = [top, { path: 'top/README.md', body: 'x'.repeat(5000) }, lnd, lncli];
    expect(await unpacked(archiveOf(members))).toMatchObject({ ok: true });
    expect((await readdir(into)).sort()).toEqual(['lncli', 'lnd']);
  });

  test('has what no mode of a member can change', async () => {
    const members = [top, { ...lnd, header: { mode: 0o6777, uid: 0, gid: 0 } }, lncli];
    expect(await unpacked(archiveOf(members))).toMatchObject({ ok: true });
    expect((await stat(join(into, 'lnd'))).mode & 0o7777).toBe(0o700);
  });
});

describe('an archive is refused that holds', () => {
  const link = (type: 'Link' | 'SymbolicLink', linkpath: string): Partial<Member> => ({
    body: '',
    header: { type, linkpath },
  });
  test.for<[string, readonly Member[]]>([
    ['a path with ..', [top, { ...lnd, path: 'top/../lnd' }, lncli]],
    ['a path that begins with ..', [{ ...lnd, path: '../escaped' }, ...GOOD]],
    ['a way out and back in', [top, { ...lnd, path: 'top/x/../lnd' }, lncli]],
    ['an absolute path', [...GOOD, { path: '/tmp/tollkeeper-escaped', body: 'x' }]],
    ['a file beside its directory', [...GOOD, { path: 'lnd', body: 'x' }]],
    ['a file in a directory of another name', [...GOOD, { path: 'topper/lnd', body: 'x' }]],
    ['a directory in its directory', [...GOOD, { path: 'top/a/', header: { type: 'Directory' } }]],
    ['a file deeper down', [...GOOD, { path: 'top/a/lnd', body: 'x' }]],
    ['a hidden file', [...GOOD, { path: 'top/.profile', body: 'x' }]],
    ['a backslash', [...GOOD, { path: 'top/..\\lnd', body: 'x' }]],
    ['a symbolic link for lnd', [top, { ...lnd, ...link('SymbolicLink', '/bin/sh') }, lncli]],
    [
      'a symbolic link to write through',
      [top, { path: 'top/lnd', ...link('SymbolicLink', '../escaped') }, lnd, lncli],
    ],
    ['a hard link', [top, lncli, { ...lnd, ...link('Link', 'top/lncli') }]],
    [
      'a symbolic link for its directory',
      [{ path: 'top', ...link('SymbolicLink', '..') }, lnd, lncli],
    ],
    ['a device', [...GOOD, { path: 'top/null', header: { type: 'CharacterDevice' } }]],
    ['a pipe', [...GOOD, { path: 'top/pipe', header: { type: 'FIFO' } }]],
    ['something of an unknown kind', [...GOOD, { path: 'top/x', flag: 'Z' }]],
    ['lnd twice', [...GOOD, { path: 'top/lnd', body: 'another' }]],
    ['no lnd', [top, lncli]],
    ['no lncli', [top, lnd]],
    ['nothing', []],
  ])('%s', async ([, members]) => {
    expect(await unpacked(archiveOf(members))).toMatchObject({ code: 'archive_invalid' });
    expect(await strayed()).toEqual([]);
  });

  test('a path with .. that an extended header hides', async () => {
    const pax: Member = {
      path: 'PaxHeader/lnd',
      body: '19 path=../escaped\n',
      header: { type: 'ExtendedHeader' },
    };
    expect(await unpacked(archiveOf([top, pax, lnd, lncli]))).toMatchObject({
      code: 'archive_invalid',
    });
    expect(await strayed()).toEqual([]);
  });
});

describe('an archive is refused that is too large:', () => {
  const bounds = { members: 3, memberBytes: LND.length, bytes: tarOf(GOOD).length };

  test('at its bounds it is not', async () => {
    expect(await unpacked(archiveOf(GOOD), bounds)).toMatchObject({ ok: true });
  });

  test.for<[string, Partial<ArchiveBounds>]>([
    ['in the number of files', { members: 2 }],
    ['in one file', { memberBytes: LND.length - 1 }],
    ['altogether', { bytes: tarOf(GOOD).length - 1 }],
  ])('%s', async ([, tighter]) => {
    expect(await unpacked(archiveOf(GOOD), { ...bounds, ...tighter })).toMatchObject({
      code: 'archive_invalid',
    });
  });

  test('by what a header says, before a byte of it comes', async () => {
    const claims: Member = { path: 'top/lnd', header: { size: 300 * 1024 * 1024 } };
    expect(await unpacked(archiveOf([top, claims]))).toMatchObject({
      code: 'archive_invalid',
      detail: 'It holds a file that is too large.',
    });
  });

  test('because a second archive is packed inside the first', async () => {
    expect(await unpacked(gzipSync(archiveOf(GOOD)))).toMatchObject({
      code: 'archive_invalid',
      detail: 'It is packed twice.',
    });
  });
});

describe('an archive is refused that is damaged:', () => {
  const good = archiveOf(GOOD);

  test.for([
    ['empty', Buffer.of()],
    ['not packed', tarOf(GOOD)],
    ['not an archive', Buffer.from('<html>Not found</html>')],
    ['packed, but not a tar', gzipSync(randomBytes(100_000))],
  ] as const)('%s', async ([, archive]) => {
    expect(await unpacked(archive)).toMatchObject({ code: 'archive_invalid' });
    expect(await strayed()).toEqual([]);
  });

  test('a tar that is cut off inside a whole gzip', async () => {
    const tar = tarOf([top, lncli, lnd]);
    expect(await unpacked(gzipSync(tar.subarray(0, 100_000)))).toEqual({
      ok: false,
      code: 'archive_invalid',
      detail: 'It is cut off or damaged.',
    });
  });

  test('a head whose checksum is wrong, be it that of a file that nobody wants', async () => {
    const tar = tarOf([{ path: 'top/README.md' }, ...GOOD]);
    tar.write('x', 10);
    expect(await unpacked(gzipSync(tar))).toEqual({
      ok: false,
      code: 'archive_invalid',
      detail: 'It is cut off or damaged.',
    });
  });

  test('cut off anywhere', async () => {
    const lengths = fc.integer({ min: 0, max: good.length - 1 });
    await fc.assert(
      fc.asyncProperty(lengths, async length => {
        expect(await unpacked(good.subarray(0, length))).toMatchObject({ code: 'archive_invalid' });
        await rm(into, { recursive: true });
        await mkdir(into);
      }),
      { numRuns: 50 },
    );
  });

  test('changed anywhere in what it holds, unless that changes nothing', async () => {
    const changes = fc.tuple(fc.nat(tarOf(GOOD).length - 1), fc.integer({ min: 1, max: 255 }));
    await fc.assert(
      fc.asyncProperty(changes, async ([at, change]) => {
        const tar = tarOf(GOOD);
        tar[at]! ^= change;
        const came = await unpacked(gzipSync(tar, { level: 0 }));
        // Where only the bytes of a binary changed, its hash tells.
        if (!came.ok) expect(came.code).toBe('archive_invalid');
        expect(await strayed()).toEqual([]);
        await rm(into, { recursive: true });
        await mkdir(into);
      }),
      { numRuns: 50 },
    );
  });
});

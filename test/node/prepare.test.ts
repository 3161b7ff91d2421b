import { existsSync } from 'node:fs';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/index.ts';
import { type Prepared, prepare, verify } from '../../src/node/index.ts';
import { openMirror } from '../http/mirror.ts';
import { type MadeUp, makeUp, membersOf, TARGET, VERSION } from './prepare/release.ts';

let home: string;
let releases: string;
let ready: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'tollkeeper-home-'));
  releases = join(home, 'lnd', 'releases');
  ready = join(releases, `${VERSION}-${TARGET}`);
});
afterEach(() => rm(home, { recursive: true }));

type Source = Partial<Pick<Parameters<typeof prepare>[0], 'archive' | 'mirror' | 'onProgress'>>;
const prepared = ({ manifest }: Pick<MadeUp, 'manifest'>, source: Source) =>
  prepare({ home, manifest, target: TARGET, clock: systemClock, ...source });
const verified = ({ manifest }: MadeUp) => verify({ home, manifest, target: TARGET });

const entries = () => readdir(releases).catch(() => []);

describe('a release', () => {
  test('is fetched, checked, and ready to run for its owner alone', async () => {
    const made = await makeUp();
    const mirror = await openMirror(made.archive);
    const before = systemClock.now();
    const came = await prepared(made, { mirror: mirror.origin });
    const path = join(ready, 'lnd');
    const sha256 = made.manifest.targets[TARGET]?.binarySha256.hex;
    const binary = { path, sha256, version: VERSION.slice(1), origin: 'release' };
    expect(came).toEqual({ ok: true, value: { ...binary, fresh: true } });
    expect(await verified(made)).toEqual({ ok: true, value: binary });
    expect((await execa(path, ['--version'])).stdout).toContain('lnd version');
    for (const [name, mode] of [
      ['.', 0o700],
      ['lnd', 0o700],
      ['lncli', 0o700],
      ['runtime.json', 0o600],
    ] as const) {
      expect((await stat(join(ready, name))).mode & 0o777).toBe(mode);
    }
    const { preparedAt, ...runtime } = JSON.parse(
      await readFile(join(ready, 'runtime.json'), 'utf8'),
    );
    expect(runtime).toEqual({
      version: VERSION,
      target: TARGET,
      archiveSha256: made.manifest.targets[TARGET]?.archiveSha256.hex,
      binarySha256: sha256,
      source: `${mirror.origin}/lnd-${TARGET}-${VERSION}.tar.gz`,
    });
    expect(Date.parse(preparedAt)).toBeGreaterThanOrEqual(before);
    expect(await entries()).toEqual([`${VERSION}-${TARGET}`]);
  });

  test('that is ready is not fetched again', async () => {
    const made = await makeUp();
    const mirror = await openMirror(made.archive);
    await prepared(made, { mirror: mirror.origin });
    const again = await prepared(made, { mirror: mirror.origin });
    expect(again).toMatchObject({ ok: true, value: { fresh: false } });
    expect(mirror.asked).toHaveLength(1);
  });

  test('comes from an archive that one has, without a network', async () => {
    const made = await makeUp();
    expect(await prepared(made, { archive: made.path })).toMatchObject({ ok: true });
    expect(await verified(made)).toMatchObject({ ok: true });
    const { source } = JSON.parse(await readFile(join(ready, 'runtime.json'), 'utf8'));
    expect(source).toBe(made.path);
  });

  test.for(['', '/', '/a/b', '/a/b/'])('comes from a mirror at "%s"', async path => {
    const made = await makeUp();
    const mirror = await openMirror(made.archive);
    expect(await prepared(made, { mirror: `${mirror.origin}${path}` })).toMatchObject({ ok: true });
  });

  test('that the manifest does not have is named', async () => {
    const made = await makeUp();
    const order = {
      home,
      manifest: made.manifest,
      target: 'darwin-arm64',
      clock: systemClock,
    } as const;
    expect(await prepare(order)).toMatchObject({ code: 'invalid_target' });
    expect(await verify(order)).toMatchObject({ code: 'invalid_target' });
  });
});

describe('what is not as it was pinned is not used:', () => {
  test('an archive of another hash', async () => {
    const made = await makeUp({ pins: { archive: '0'.repeat(64) } });
    const mirror = await openMirror(made.archive);
    expect(await prepared(made, { mirror: mirror.origin })).toMatchObject({
      code: 'checksum_mismatch',
    });
    expect(await prepared(made, { archive: made.path })).toMatchObject({
      code: 'checksum_mismatch',
    });
    expect(await entries()).toEqual([]);
    expect(existsSync(made.path)).toBe(true);
  });

  test('an archive of another hash is not even unpacked', async () => {
    const evil = { path: '../evil', body: 'x' };
    const members = (binary: Buffer) => [evil, ...membersOf(binary)];
    const made = await makeUp({ members, pins: { archive: '0'.repeat(64) } });
    // It would be archive_invalid, had anybody looked into it.
    expect(await prepared(made, { archive: made.path })).toMatchObject({
      code: 'checksum_mismatch',
    });
  });

  test('a binary of another hash in the right archive', async () => {
    const made = await makeUp({ pins: { binary: '0'.repeat(64) } });
    const mirror = await openMirror(made.archive);
    expect(await prepared(made, { mirror: mirror.origin })).toEqual({
      ok: false,
      code: 'checksum_mismatch',
      detail: 'It is the binary in the archive.',
    });
    expect(await entries()).toEqual([]);
  });

  test('a pinned archive that holds what no release holds', async () => {
    const members = (binary: Buffer) => [...membersOf(binary), { path: '../evil', body: 'x' }];
    const made = await makeUp({ members });
    const mirror = await openMirror(made.archive);
    expect(await prepared(made, { mirror: mirror.origin })).toMatchObject({
      code: 'archive_invalid',
    });
    expect(await entries()).toEqual([]);
  });

  test('an archive that was cut off', async () => {
    const made = await makeUp();
    await truncate(made.path, 1000);
    expect(await prepared(made, { archive: made.path })).toMatchObject({
      code: 'checksum_mismatch',
    });
    expect(await entries()).toEqual([]);
  });

  test('an archive that is not there', async () => {
    const made = await makeUp();
    for (const archive of [`${made.path}.missing`, home]) {
      expect(await prepared(made, { archive })).toMatchObject({ code: 'invalid_input' });
    }
    expect(await entries()).toEqual([]);
  });
});

describe('a download that broke off', () => {
  const HALF = 50_000;

  const halfway = async (made: MadeUp) => {
    const mirror = await openMirror(made.archive, { stallAfter: HALF });
    const onProgress = (done: number) => {
      if (done === HALF) mirror.breakOff();
    };
    const broken = await prepared(made, { mirror: mirror.origin, onProgress });
    expect(broken).toMatchObject({ ok: false, code: 'download_failed' });
    expect(await entries()).toEqual([`lnd-${TARGET}-${VERSION}.tar.gz.part`]);
    mirror.manners.stallAfter = undefined;
    return mirror;
  };

  test('is gone on from, and no byte is fetched twice', async () => {
    const made = await makeUp();
    const mirror = await halfway(made);
    const begun: number[] = [];
    const onProgress = (done: number) => void begun.push(done);
    expect(await prepared(made, { mirror: mirror.origin, onProgress })).toMatchObject({ ok: true });
    expect(begun[0]).toBe(HALF);
    expect(mirror.served()).toBe(made.archive.length);
    expect(await entries()).toEqual([`${VERSION}-${TARGET}`]);
  });

  test('costs one more run when the server lies about the rest, and nothing wrong is kept', async () => {
    const made = await makeUp();
    const mirror = await halfway(made);
    mirror.manners.file = Buffer.concat([
      made.archive.subarray(0, HALF),
      Buffer.alloc(made.archive.length - HALF),
    ]);
    expect(await prepared(made, { mirror: mirror.origin })).toMatchObject({
      code: 'checksum_mismatch',
    });
    expect(await entries()).toEqual([]);
    mirror.manners.file = made.archive;
    expect(await prepared(made, { mirror: mirror.origin })).toMatchObject({ ok: true });
  });

  test('is kept while somebody tries a wrong archive, and dropped once a right one is there', async () => {
    const made = await makeUp();
    await halfway(made);
    const wrong = await makeUp();
    await prepared(made, { archive: wrong.path });
    expect(await entries()).toEqual([`lnd-${TARGET}-${VERSION}.tar.gz.part`]);
    expect(await prepared(made, { archive: made.path })).toMatchObject({ ok: true });
    expect(await entries()).toEqual([`${VERSION}-${TARGET}`]);
  });
});

describe('a prepared release that was spoiled', () => {
  test.for<[string, string, (path: string) => Promise<void>]>([
    [
      'checksum_mismatch',
      'its binary was changed',
      path => writeFile(join(path, 'lnd'), '#!/bin/sh\n'),
    ],
    ['binary_not_found', 'its binary is gone', path => rm(join(path, 'lnd'))],
    ['binary_not_found', 'it may not be run', path => chmod(join(path, 'lnd'), 0o600)],
    ['runtime_manifest_missing', 'its record is gone', path => rm(join(path, 'runtime.json'))],
    [
      'runtime_manifest_invalid',
      'its record is no JSON',
      path => writeFile(join(path, 'runtime.json'), '{"version'),
    ],
    [
      'runtime_manifest_invalid',
      'its record is empty',
      path => writeFile(join(path, 'runtime.json'), '{}'),
    ],
    ['binary_not_found', 'it is gone', path => rm(path, { recursive: true })],
  ])('is %s when %s, and is made right by preparing it again', async ([code, , spoil]) => {
    const made = await makeUp();
    await prepared(made, { archive: made.path });
    await spoil(ready);
    expect(await verified(made)).toMatchObject({ ok: false, code });
    expect(await prepared(made, { archive: made.path })).toMatchObject({ value: { fresh: true } });
    expect(await verified(made)).toMatchObject({ ok: true });
    expect(await entries()).toEqual([`${VERSION}-${TARGET}`]);
  });

  test('is runtime_manifest_invalid when its record is of another release', async () => {
    const made = await makeUp();
    await prepared(made, { archive: made.path });
    const record = join(ready, 'runtime.json');
    const runtime = JSON.parse(await readFile(record, 'utf8'));
    for (const name of ['version', 'target', 'archiveSha256', 'binarySha256']) {
      await writeFile(record, JSON.stringify({ ...runtime, [name]: 'other' }));
      expect(await verified(made)).toMatchObject({ code: 'runtime_manifest_invalid' });
    }
    await writeFile(record, JSON.stringify(runtime));
    expect(await verified(made)).toMatchObject({ ok: true });
  });

  test('is not believed because its record was changed with it', async () => {
    const made = await makeUp();
    await prepared(made, { archive: made.path });
    const other = await makeUp();
    await writeFile(join(ready, 'lnd'), other.binary);
    const record = join(ready, 'runtime.json');
    const runtime = JSON.parse(await readFile(record, 'utf8'));
    const binarySha256 = other.manifest.targets[TARGET]?.binarySha256.hex;
    await writeFile(record, JSON.stringify({ ...runtime, binarySha256 }));
    expect((await verified(made)).ok).toBe(false);
  });
});

describe('the disk:', () => {
  test.skipIf(!existsSync('/dev/full'))('a full one is told as such, while fetching', async () => {
    const made = await makeUp();
    const { origin } = await openMirror(made.archive);
    const part = join(releases, `lnd-${TARGET}-${VERSION}.tar.gz.part`);
    await mkdir(part, { recursive: true });
    await symlink('/dev/full', join(part, 'archive'));
    expect(await prepared(made, { mirror: origin })).toEqual({ ok: false, code: 'disk_full' });
    expect(await prepared(made, { mirror: origin })).toMatchObject({ ok: true });
  });

  test('a place that cannot be used is an error of the machine', async () => {
    const made = await makeUp();
    await writeFile(join(home, 'lnd'), 'a file');
    await expect(prepared(made, { archive: made.path })).rejects.toMatchObject({
      code: 'store_unavailable',
    });
  });
});

test('several at once do each other no harm', async () => {
  const made = await makeUp();
  const { origin } = await openMirror(made.archive);
  const all = await Promise.all(
    Array.from({ length: 20 }, () => prepared(made, { mirror: origin })),
  );
  const paths = all.map(each => each.ok && (each.value satisfies Prepared).path);
  expect(new Set(paths)).toEqual(new Set([join(ready, 'lnd')]));
  expect(await entries()).toEqual([`${VERSION}-${TARGET}`]);
});

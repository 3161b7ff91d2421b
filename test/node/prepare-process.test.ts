import { existsSync, globSync, statSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { systemClock } from '../../src/base/index.ts';
import { prepare, verify } from '../../src/node/index.ts';
import { openDisk } from '../crash/machine-disk.ts';
import { openMirror } from '../http/mirror.ts';
import { type MadeUp, makeUp, TARGET, VERSION } from './prepare/release.ts';
import { startWorker } from './prepare/worker-process.ts';

const DONE = [`${VERSION}-${TARGET}`];

let home: string;
let releases: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'tollkeeper-home-'));
  releases = join(home, 'lnd', 'releases');
  onTestFinished(() => rm(home, { recursive: true }));
});

const verified = ({ manifest }: MadeUp) => verify({ home, manifest, target: TARGET });
const prepared = ({ manifest }: MadeUp, source: { archive?: string; mirror?: string }) =>
  prepare({ home, manifest, target: TARGET, clock: systemClock, ...source });

/** What the run that works there has made so far. */
const made = (name: string) => globSync(`*.part.*/${name}`, { cwd: releases });
const hasBytes = (name: string) =>
  made(name).some(
    path => (statSync(join(releases, path), { throwIfNoEntry: false })?.size ?? 0) > 0,
  );

/** Nothing looks ready that is not, and the next run makes it ready and clears up. */
async function holdsAndHeals(release: MadeUp): Promise<void> {
  const [ready = ''] = DONE;
  const there = await verified(release);
  expect(there.ok).toBe(existsSync(join(releases, ready)));
  expect(await prepared(release, { archive: release.path })).toMatchObject({ ok: true });
  expect(await verified(release)).toMatchObject({ ok: true });
  expect(await readdir(releases)).toEqual(DONE);
}

describe('a run that is killed', () => {
  test('while it fetches leaves what came to the next, which fetches only the rest', async () => {
    const release = await makeUp({ bytes: 2_000_000 });
    const half = release.archive.length / 2;
    const mirror = await openMirror(release.archive, { stallAfter: Math.floor(half) });
    const { manifest } = release;
    const worker = startWorker({ home, manifest, mirror: mirror.origin });
    await vi.waitUntil(() => hasBytes('archive'), { timeout: 20_000, interval: 5 });
    worker.kill();
    expect(await worker.came).toBeUndefined();
    expect(await verified(release)).toMatchObject({ code: 'binary_not_found' });
    const [left = ''] = made('archive');
    const { size } = statSync(join(releases, left));

    mirror.manners.stallAfter = undefined;
    expect(await prepared(release, { mirror: mirror.origin })).toMatchObject({ ok: true });
    expect(mirror.asked.at(-1)).toBe(`bytes=${size}-`);
    expect(await readdir(releases)).toEqual(DONE);
  });

  test.for(['release', 'release/lnd', 'release/lncli'])(
    'when there is %s leaves no half release',
    async name => {
      const release = await makeUp({ bytes: 8_000_000 });
      const worker = startWorker({ home, manifest: release.manifest, archive: release.path });
      await vi.waitUntil(() => made(name).length > 0 || existsSync(join(releases, ...DONE)), {
        timeout: 20_000,
        interval: 1,
      });
      worker.kill();
      await worker.came;
      await holdsAndHeals(release);
    },
  );

  test('after it unpacked and before it wrote that down leaves no half release', async () => {
    const release = await makeUp();
    const { manifest, path: archive } = release;
    const worker = startWorker({ home, manifest, archive, diesBeforeRecord: true });
    expect(await worker.came).toBeUndefined();
    expect(made('release/lnd')).toHaveLength(1);
    expect(await verified(release)).toMatchObject({ code: 'binary_not_found' });
    await holdsAndHeals(release);
  });

  test('with the whole archive there leaves it to the next, which fetches nothing', async () => {
    const release = await makeUp();
    const { manifest } = release;
    const mirror = await openMirror(release.archive);
    const worker = startWorker({ home, manifest, mirror: mirror.origin, diesBeforeRecord: true });
    expect(await worker.came).toBeUndefined();
    expect(await prepared(release, { mirror: mirror.origin })).toMatchObject({ ok: true });
    expect(mirror.asked).toHaveLength(1);
    expect(await readdir(releases)).toEqual(DONE);
  });
});

describe('several processes at once', () => {
  test('do each other no harm, whether or not one is killed', async () => {
    const release = await makeUp({ bytes: 2_000_000 });
    const { manifest } = release;
    const { origin } = await openMirror(release.archive);
    const order = { home, manifest, mirror: origin };
    const [victim, ...others] = Array.from({ length: 4 }, () => startWorker(order));
    await vi.waitUntil(() => made('archive').length > 0, { timeout: 20_000, interval: 1 });
    victim?.kill();
    for (const other of others) expect(await other.came).toMatchObject({ ok: true });
    await victim?.came;
    expect(await verified(release)).toMatchObject({ ok: true });
    await holdsAndHeals(release);
  });

  test('leave alone what another still works at', async () => {
    const release = await makeUp({ bytes: 2_000_000 });
    const slow = await openMirror(release.archive, { stallAfter: 100_000 });
    const { manifest } = release;
    startWorker({ home, manifest, mirror: slow.origin });
    await vi.waitUntil(() => hasBytes('archive'), { timeout: 20_000, interval: 5 });
    const quick = await openMirror(release.archive);
    expect(await prepared(release, { mirror: quick.origin })).toMatchObject({ ok: true });
    expect(quick.asked).toEqual([undefined]);
    expect(hasBytes('archive')).toBe(true);
  });
});

test('a disk that fills up while it is unpacked leaves nothing half, and is told as such', async context => {
  const disk = await openDisk();
  if (disk === undefined) {
    return context.skip('this machine lets nobody mount a disk of their own (unshare -Urm)');
  }
  onTestFinished(() => disk.close());
  const home = join(disk.path, 'home');
  const large = await makeUp({ bytes: 3_600_000 });
  const { origin } = await openMirror(large.archive);
  const order = { home, manifest: large.manifest, mirror: origin };
  expect(await startWorker(order, disk.command).came).toEqual({ ok: false, code: 'disk_full' });
  const part = join(home, 'lnd', 'releases', `lnd-${TARGET}-${VERSION}.tar.gz.part`);
  const [program = '', ...args] = [...disk.command, 'ls', part];
  expect((await execa(program, args)).stdout).toBe('archive\narchive.tag');

  const small = await makeUp({ bytes: 1_000_000 });
  const next = { home, manifest: small.manifest, archive: small.path };
  expect(await startWorker(next, disk.command).came).toMatchObject({ ok: true });
});

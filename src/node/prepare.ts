import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Clock,
  type Code,
  HOUR,
  ok,
  type Refused,
  type Result,
  refuse,
  SECOND,
  TollkeeperError,
} from '../base/index.ts';
import { download } from '../http/index.ts';
import { unpack } from './archive.ts';
import type { Binary } from './binary.ts';
import { checksumOf } from './checksum.ts';
import { type Release, releaseFor } from './manifest.ts';
import { releasesOf } from './place.ts';
import { install, preparedBinary, type ReleaseOrder } from './release.ts';
import { recordRuntime } from './runtime.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

/** What to prepare, and from where: lnd's own releases, unless an archive or a mirror is named. */
export interface Preparation extends ReleaseOrder {
  readonly clock: Clock;
  /** An absolute path. */
  readonly archive?: string | undefined;
  /** The URL of a directory with the archives of the release. */
  readonly mirror?: string | undefined;
  /** Told of the bytes that came and, where the server says it, of how many there will be. */
  readonly onProgress?: ((done: number, total: number | undefined) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A binary that is ready; `fresh` unless it was already. */
export interface Prepared extends Binary {
  readonly fresh: boolean;
}

/** lnd's archives have about 30 MB. An hour is enough for a bad line, which may then go on from there. */
const BOUNDS = {
  maxBytes: 256 * 1024 * 1024,
  connectMs: 15 * SECOND,
  idleMs: 30 * SECOND,
  totalMs: HOUR,
} as const;

/** What says that an archive is of no use to the next run either. */
const SPOILED: ReadonlySet<Code> = new Set(['checksum_mismatch', 'archive_invalid']);

/**
 * Makes the pinned lnd ready to run: fetched, its hashes checked, and put in its place in one step. Killed at any
 * moment it leaves nothing that looks ready; the next run goes on from there. Several at once do no harm.
 * Refuses with `invalid_target`, `invalid_input`, `download_failed`, `checksum_mismatch`, `archive_invalid`,
 * `disk_full` or `node_busy`; rejects with `store_unavailable`.
 */
export async function prepare(order: Preparation): Promise<Result<Prepared>> {
  const release = releaseFor(order.manifest, order.target);
  if (!release.ok) return release;
  try {
    const there = await preparedBinary(order.home, release.value);
    if (there.ok) {
      // What a killed run left of it is of no use any more.
      const left = await openWorkplace(releasesOf(order.home), release.value.archive);
      await left.clear();
      return ok({ ...there.value, fresh: false });
    }
    const made = await work(order, release.value);
    return made.ok ? ok({ ...made.value, fresh: true }) : made;
  } catch (thrown) {
    return refusalOf(thrown);
  }
}

async function work(order: Preparation, release: Release): Promise<Result<Binary>> {
  const place = await openWorkplace(releasesOf(order.home), release.archive);
  let isDone = false;
  try {
    const made = await make(order, release, place);
    isDone = made.ok || (order.archive === undefined && SPOILED.has(made.code));
    return made;
  } finally {
    await (isDone ? place.clear() : place.leave());
  }
}

/** Takes the steps from an archive to a release in its place. */
async function make(
  order: Preparation,
  release: Release,
  place: Workplace,
): Promise<Result<Binary>> {
  const { clock, mirror = release.baseUrl } = order;
  const url = `${mirror.replace(/\/+$/, '')}/${release.archive}`;
  const { archive = place.archive } = order;
  const fetched = await checkedArchive(archive, url, order, release);
  if (!fetched.ok) return fetched;
  const staged = place.at('release');
  const unpacked = await unpackChecked(archive, staged, release);
  if (!unpacked.ok) return unpacked;
  await recordRuntime(staged, release, order.archive ?? url, clock.now());
  return install(staged, place.at('aside'), release, order);
}

/** Sees to it that the archive is there and the pinned one; what a run before this fetched whole is not fetched again. */
async function checkedArchive(
  path: string,
  url: string,
  { archive, onProgress, signal }: Preparation,
  { archiveSha256 }: Release,
): Promise<Result<void>> {
  if ((await checksumOf(path)) === archiveSha256) return ok(undefined);
  if (archive === undefined) {
    const fetched = await download({ url, path, ...BOUNDS, onProgress, signal });
    if (!fetched.ok) return fetched;
  }
  const sha256 = await checksumOf(path);
  if (sha256 === undefined) return refuse('invalid_input', `No file can be read at ${path}.`);
  if (sha256 === archiveSha256) return ok(undefined);
  return refuse('checksum_mismatch', `It is the archive from ${archive ?? url}.`);
}

/** Unpacks an archive that was found right; what it is believed for is the hash of the binary in it. */
async function unpackChecked(
  archive: string,
  staged: string,
  release: Release,
): Promise<Result<void>> {
  await mkdir(staged, { mode: 0o700 });
  const unpacked = await unpack(archive, release.archive.replace(/\.tar\.gz$/, ''), staged);
  if (!unpacked.ok) return unpacked;
  const sha256 = await checksumOf(join(staged, 'lnd'));
  return sha256 === release.binarySha256
    ? ok(undefined)
    : refuse('checksum_mismatch', 'It is the binary in the archive.');
}

function refusalOf(thrown: unknown): Refused {
  if (thrown instanceof TollkeeperError) throw thrown;
  const { code } = thrown as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') return refuse('disk_full');
  throw new TollkeeperError('store_unavailable', 'lnd/releases cannot be used.', { cause: thrown });
}

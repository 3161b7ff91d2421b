import { access, constants, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Clock, MINUTE, ok, type Result, refuse } from '../base/index.ts';
import { syncDirectory } from '../secrets/index.ts';
import type { Binary } from './binary.ts';
import { checksumOf } from './checksum.ts';
import { awaitLock } from './lock.ts';
import { type Manifest, type Release, releaseFor } from './manifest.ts';
import { releasesOf } from './place.ts';
import { checkRuntime } from './runtime.ts';
import type { Target } from './target.ts';

/** Where a release lies once it is prepared. */
export function directoryOf(home: string, { version, target }: Release): string {
  return join(releasesOf(home), `${version}-${target}`);
}

/** A release in a data directory. */
export interface ReleaseOrder {
  readonly home: string;
  readonly manifest: Manifest;
  readonly target: Target;
}

/** The same as `preparedBinary`, for the release that a manifest pins for a target; else `invalid_target`. */
export async function verify({ home, manifest, target }: ReleaseOrder): Promise<Result<Binary>> {
  const release = releaseFor(manifest, target);
  return release.ok ? preparedBinary(home, release.value) : release;
}

/**
 * The binary of a release that was prepared, after its hash was taken anew. `binary_not_found`,
 * `runtime_manifest_missing`, `runtime_manifest_invalid`, or `checksum_mismatch`.
 */
export async function preparedBinary(home: string, release: Release): Promise<Result<Binary>> {
  const directory = directoryOf(home, release);
  const path = join(directory, 'lnd');
  const sha256 = await checksumOf(path);
  if (sha256 === undefined) return refuse('binary_not_found');
  const runtime = await checkRuntime(directory, release);
  if (!runtime.ok) return runtime;
  if (sha256 !== release.binarySha256) return refuse('checksum_mismatch', `It is ${path}.`);
  if (!(await isExecutable(path))) return refuse('binary_not_found', `${path} may not be run.`);
  return ok({ path, sha256, version: release.version.slice(1), origin: 'release' });
}

/** How long others may take to put the same release in its place, ms. */
const TURN_MS: number = MINUTE;

/**
 * Moves a whole, synced directory to where the release belongs, in one step: whoever looks finds nothing or all of
 * it, whenever this is killed. What is there and not intact goes `aside` first; what is intact stays. One run does
 * this at a time: two could each move aside what the other just put there. `node_busy` if its turn never comes.
 */
export async function install(
  staged: string,
  aside: string,
  release: Release,
  { home, clock }: Pick<ReleaseOrder, 'home'> & { readonly clock: Clock },
): Promise<Result<Binary>> {
  await syncDirectory(staged);
  const turn = await awaitLock(join(releasesOf(home), 'install.lock'), clock, TURN_MS);
  if (!turn.ok) return turn;
  try {
    const there = await preparedBinary(home, release);
    if (there.ok) return there;
    const directory = directoryOf(home, release);
    await rename(directory, aside).catch(ifThere);
    await rename(staged, directory);
    await syncDirectory(dirname(directory));
    return await preparedBinary(home, release);
  } finally {
    await turn.value.release();
  }
}

function ifThere(thrown: NodeJS.ErrnoException): void {
  if (thrown.code !== 'ENOENT') throw thrown;
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

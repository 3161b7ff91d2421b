import { access, constants, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ok, type Result, refuse } from '../base/index.ts';
import { syncDirectory } from '../secrets/index.ts';
import type { Binary } from './binary.ts';
import { checksumOf } from './checksum.ts';
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

/** How often a place that others put the same release into is tried. */
const MOST_TRIES = 5;

/**
 * Moves a whole, synced directory to where the release belongs, in one step: whoever looks finds nothing or all of
 * it, whenever this is killed. What is there and not intact goes `aside` first; what is intact stays.
 */
export async function install(
  staged: string,
  home: string,
  release: Release,
  aside: (attempt: number) => string,
): Promise<Result<Binary>> {
  const directory = directoryOf(home, release);
  await syncDirectory(staged);
  for (let attempt = 0; attempt < MOST_TRIES; attempt += 1) {
    const there = await preparedBinary(home, release);
    if (there.ok) return there;
    await rename(directory, aside(attempt)).catch(unless('ENOENT'));
    // Another run may have put its own there just now.
    await rename(staged, directory).catch(unless('ENOTEMPTY', 'EEXIST', 'ENOENT'));
    await syncDirectory(dirname(directory));
  }
  return preparedBinary(home, release);
}

function unless(...codes: readonly string[]): (thrown: NodeJS.ErrnoException) => void {
  return thrown => {
    if (!codes.includes(thrown.code ?? '')) throw thrown;
  };
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

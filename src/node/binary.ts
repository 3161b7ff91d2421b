import { isAbsolute } from 'node:path';
import { ok, type Result, refuse } from '../base/index.ts';
import { checksumOf } from './checksum.ts';
import { versionOf } from './lnd-version.ts';
import type { Manifest } from './manifest.ts';
import { verify } from './release.ts';
import type { Target } from './target.ts';

/** An lnd that may be run: its hash was just found to be the one that was pinned, or that its operator named. */
export interface Binary {
  readonly path: string;
  /** 64 hex digits. */
  readonly sha256: string;
  /** Without a `v`: `0.20.1-beta`. */
  readonly version: string;
  readonly origin: 'release' | 'own';
}

/** Which lnd is asked for. */
export interface BinaryOrder {
  readonly home: string;
  /** The operator's own, as the settings name it; an empty path stands for none. */
  readonly own: { readonly path: string; readonly sha256: string };
  readonly manifest: Manifest;
  /** Undefined on a machine that no release is for. */
  readonly target: Target | undefined;
}

/**
 * The lnd that may be run: the operator's own where the settings name one, else the prepared release. Its hash is
 * taken anew each time (0.2 s). `binary_not_found`, `checksum_mismatch`, `runtime_manifest_missing`,
 * `runtime_manifest_invalid`, `lnd_version_unsupported`, `node_config_invalid`, `invalid_target`,
 * `unsupported_platform`.
 */
export async function binaryOf({
  home,
  own,
  manifest,
  target,
}: BinaryOrder): Promise<Result<Binary>> {
  if (own.path !== '') return namedBinary(own);
  if (target === undefined) return refuse('unsupported_platform');
  return verify({ home, manifest, target });
}

/**
 * The lnd at an absolute path, with its hash; `checksum_mismatch` where that is not the one that is `expected`. It is
 * run for its version, and only if the hash is right.
 */
export async function binaryAt(path: string, expected?: string): Promise<Result<Binary>> {
  const sha256 = isAbsolute(path) ? await checksumOf(path) : undefined;
  if (sha256 === undefined) return refuse('binary_not_found', `No file can be read at ${path}.`);
  if (sha256 !== (expected ?? sha256)) return refuse('checksum_mismatch', `It is ${path}.`);
  const version = await versionOf(path);
  return version.ok ? ok({ path, sha256, version: version.value, origin: 'own' }) : version;
}

async function namedBinary({ path, sha256 }: BinaryOrder['own']): Promise<Result<Binary>> {
  // Without one, whoever can write to the path decides what has charge of the money.
  if (sha256 === '') return refuse('node_config_invalid', 'lnd.binary.sha256 is not set.');
  return binaryAt(path, sha256);
}

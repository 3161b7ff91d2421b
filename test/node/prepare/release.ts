import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Manifest } from '../../../src/node/index.ts';
import { archiveOf, type Member } from './archive.ts';

/** The target that made-up releases are for. */
export const TARGET = 'linux-amd64';
export const VERSION = 'v0.20.9-beta';
const NAME = `lnd-${TARGET}-${VERSION}`;

/** A release that was made up: its files, and the manifest that pins them. */
export interface MadeUp {
  readonly archive: Buffer;
  readonly binary: Buffer;
  readonly manifest: Manifest;
  /** The archive as a file. */
  readonly path: string;
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** A script that says what lnd says when it is asked for its version, and is as large as wanted. */
export function scriptOf(says: string, bytes = 0): Buffer {
  const ballast = randomBytes(Math.ceil(bytes / 2)).toString('hex');
  return Buffer.from(`#!/bin/sh\necho '${says}'\nexit 0\n${ballast}\n`);
}

/** The members of a release, as lnd packs them. */
export function membersOf(binary: Buffer): Member[] {
  return [
    { path: `${NAME}/`, header: { type: 'Directory' } },
    { path: `${NAME}/lncli`, body: scriptOf('lncli') },
    { path: `${NAME}/lnd`, body: binary },
  ];
}

/** Makes up a release whose binary has about this many bytes; a test may pin something else than it ships. */
export async function makeUp({
  bytes = 200_000,
  members = membersOf,
  pins = {},
}: {
  bytes?: number;
  members?: (binary: Buffer) => Member[];
  pins?: { archive?: string; binary?: string };
} = {}): Promise<MadeUp> {
  const binary = scriptOf(`lnd version ${VERSION.slice(1)} commit=${VERSION}`, bytes);
  const archive = archiveOf(members(binary));
  const pin = (hex: string) => ({ hex, sources: 1, seenAt: [{ where: 'here', on: '2026-01-31' }] });
  const manifest: Manifest = {
    version: VERSION,
    baseUrl: 'https://releases.invalid/download',
    targets: {
      [TARGET]: {
        archive: `${NAME}.tar.gz`,
        archiveSha256: pin(pins.archive ?? sha256(archive)),
        binarySha256: pin(pins.binary ?? sha256(binary)),
      },
    },
  };
  const directory = await mkdtemp(join(tmpdir(), 'tollkeeper-release-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const path = join(directory, 'archive.tar.gz');
  await writeFile(path, archive);
  return { archive, binary, manifest, path };
}

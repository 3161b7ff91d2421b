import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256, TollkeeperError } from '../base/index.ts';
import { createFile, replaceFile } from '../secrets/index.ts';
import { MOST_BACKUP } from './channel-export.ts';
import { readNote } from './note.ts';
import type { NodePlace } from './place.ts';
import { readSmallFile } from './small-file.ts';

/** How the copy stands: `none` when lnd has no channel backup yet, `missing` when only lnd has one. */
export type CopyStanding = 'none' | 'current' | 'stale' | 'missing';

/** Looks at copies that are under way: each that hangs holds one of the few threads that Node has for files. */
const looks = new Map<string, Promise<CopyStanding>>();

/**
 * Looks how the copy in a directory stands, which may be on a disk that never answers: whoever asks meanwhile is told
 * by the same look. Rejects where something else is in the place of either.
 */
export function checkChannelBackup(
  place: NodePlace,
  directory: string | undefined,
): Promise<CopyStanding> {
  const key = `${place.channelBackup} ${directory}`;
  const look = looks.get(key) ?? standingOf(place, directory).finally(() => looks.delete(key));
  looks.set(key, look);
  return look;
}

async function standingOf(place: NodePlace, directory: string | undefined): Promise<CopyStanding> {
  const backup = await read(place.channelBackup);
  if (backup === undefined) return 'none';
  const copy = directory === undefined ? undefined : await read(copyOf(place, directory));
  if (copy === undefined) return 'missing';
  return backup.equals(copy) ? 'current' : 'stale';
}

/** Tells one content of the backup, and of its copy, from another without reading them. */
export async function marksOf(
  place: NodePlace,
  directory: string,
): Promise<readonly [backup: string, copy: string]> {
  const path = copyOf(place, directory);
  return [await markOf(place.channelBackup), `${path} ${await markOf(path)}`];
}

/**
 * Copies the backup. A copy that this node did not write is kept beside the new one: it may be all that is left of
 * another wallet's channels.
 */
export async function copyChannelBackup(place: NodePlace, directory: string): Promise<void> {
  const backup = await read(place.channelBackup);
  if (backup === undefined) return;
  // It is never made: where a disk is not mounted, a directory of that name would be on the wrong one.
  if (!(await stat(directory)).isDirectory()) throw new TollkeeperError('channel_backup_failed');
  const path = copyOf(place, directory);
  const record = join(place.root, 'backup.json');
  const there = await read(path);
  const isOurs = there === undefined || sha256(there) === readNote(record).sha256;
  if (there?.equals(backup) !== true) {
    if (!isOurs) await createFile(`${path}.${sha256(there).slice(0, 16)}`, there);
    await replaceFile(path, backup);
  }
  await replaceFile(record, `${JSON.stringify({ sha256: sha256(backup) })}\n`);
}

function copyOf(place: NodePlace, directory: string): string {
  return join(directory, `tollkeeper-${place.network}-channel.backup`);
}

async function read(path: string): Promise<Buffer | undefined> {
  const bytes = await readSmallFile(path, MOST_BACKUP);
  if (bytes === 'unfit')
    throw new TollkeeperError('channel_backup_failed', `${path} is no channel backup.`);
  return bytes === 'none' ? undefined : bytes;
}

async function markOf(path: string): Promise<string> {
  const file = await stat(path).catch(() => undefined);
  return `${file?.ino}/${file?.size}/${file?.mtimeMs}`;
}

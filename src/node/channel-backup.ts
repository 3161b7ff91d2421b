import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Code, type Log, sha256, TollkeeperError } from '../base/index.ts';
import { createFile, readIfThere, replaceFile } from '../secrets/index.ts';
import { readNote } from './note.ts';
import type { NodePlace } from './place.ts';

/** Copies lnd's static channel backup to where the operator wants it. */
export interface ChannelBackup {
  /** Begins to copy it if it changed. Returns at once, for the other disk may be slow, or gone. */
  look(): void;
  /** Why there is no fresh copy. */
  code(): Code | undefined;
}

/** Keeps a copy in the directory that is named at the moment, if one is. */
export function openChannelBackup(
  place: NodePlace,
  directoryNow: () => string,
  log: Log,
): ChannelBackup {
  let [copied, isCopying, hasFailed] = ['', false, false];
  const copy = async (directory: string): Promise<void> => {
    const path = copyOf(place, directory);
    const marks = async (from: string) => `${from} ${path} ${await markOf(path)}`;
    const from = await markOf(place.channelBackup);
    if ((await marks(from)) === copied) return;
    await copyInto(place, directory);
    // As it was before it was read: what lnd wrote meanwhile is news.
    copied = await marks(from);
  };
  const fail = (error: unknown): void => {
    // Tried again at each look, but told once.
    if (!hasFailed) log.error({ error }, 'the channel backup could not be copied');
    hasFailed = true;
  };
  return {
    look() {
      const directory = directoryNow();
      if (directory === '' || isCopying) return;
      isCopying = true;
      copy(directory)
        .then(() => {
          hasFailed = false;
        }, fail)
        .finally(() => {
          isCopying = false;
        });
    },
    code: () => (hasFailed ? 'channel_backup_failed' : undefined),
  };
}

/** How the copy stands: `none` when lnd has no channel backup yet, `missing` when only lnd has one. */
export async function checkChannelBackup(
  place: NodePlace,
  directory: string,
): Promise<'none' | 'current' | 'stale' | 'missing'> {
  const [backup, copy] = await Promise.all([
    readIfThere(place.channelBackup),
    readIfThere(copyOf(place, directory)),
  ]);
  if (backup === undefined) return 'none';
  if (copy === undefined) return 'missing';
  return backup.equals(copy) ? 'current' : 'stale';
}

function copyOf(place: NodePlace, directory: string): string {
  return join(directory, `tollkeeper-${place.network}-channel.backup`);
}

/** Tells one content of a file from another without reading it. */
async function markOf(path: string): Promise<string> {
  const file = await stat(path).catch(() => undefined);
  return `${file?.ino}/${file?.size}/${file?.mtimeMs}`;
}

/**
 * Copies the backup. A copy that this node did not write is kept beside the new one: it may be all that is left of
 * another wallet's channels.
 */
async function copyInto(place: NodePlace, directory: string): Promise<void> {
  const backup = await readIfThere(place.channelBackup);
  if (backup === undefined) return;
  // It is never made: where a disk is not mounted, a directory of that name would be on the wrong one.
  if (!(await stat(directory)).isDirectory()) throw new TollkeeperError('channel_backup_failed');
  const path = copyOf(place, directory);
  const record = join(place.root, 'backup.json');
  const there = await readIfThere(path);
  const isOurs = there === undefined || sha256(there) === readNote(record).sha256;
  if (there?.equals(backup) !== true) {
    if (!isOurs) await createFile(`${path}.${sha256(there).slice(0, 16)}`, there);
    await replaceFile(path, backup);
  }
  await replaceFile(record, `${JSON.stringify({ sha256: sha256(backup) })}\n`);
}

import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { type TaskId, TollkeeperError } from '../base/index.ts';
import type { Bodies, BodySlice } from '../task/store.ts';

/** How much is kept, in bodies and bytes. */
export interface BodyLimits {
  readonly maxCount: number;
  readonly maxTotalBytes: number;
  readonly maxEach: number;
}

/**
 * Keeps bodies as files (0600) of a directory, each named after its task. Errors are `store_unavailable`.
 * They are not forced to the disk: a body that a power cut takes can be fetched again with what was
 * bought. Small files are written faster than a thread is woken for them, so writing is synchronous.
 */
export function openBodies(directory: string, limits: BodyLimits): Bodies {
  const shelf = openShelf(directory);
  return {
    put: (taskId, bytes) =>
      onDisk(() => {
        if (bytes.length > Math.min(limits.maxEach, limits.maxTotalBytes)) return false;
        const path = pathOf(directory, taskId);
        const others = shelf.files().filter(file => file.path !== path);
        const kept = makeRoom(others, limits, bytes.length);
        place(path, bytes);
        shelf.holds([...kept, { path, size: bytes.length }]);
        return true;
      }),
    read: (taskId, offset, length) =>
      onDisk(() => readSlice(pathOf(directory, taskId), offset, length)),
  };
}

/** Ids come from callers: nothing but an id may become a part of a path. */
function pathOf(directory: string, taskId: TaskId): string {
  if (!/^task_[0-9a-f-]{1,64}$/.test(taskId)) throw new TollkeeperError('task_not_found');
  return join(directory, taskId);
}

interface BodyFile {
  readonly path: string;
  readonly size: number;
}

/** What lies in the directory, oldest first: read again only when another process changed it since. */
function openShelf(directory: string) {
  let known: readonly BodyFile[] = [];
  let changedAt: bigint | undefined;
  const lastChange = () => statSync(directory, { bigint: true }).mtimeNs;
  return {
    files(): readonly BodyFile[] {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      if (changedAt !== lastChange()) known = filesOf(directory);
      return known;
    },
    /** What this process has made of it. */
    holds(files: readonly BodyFile[]): void {
      known = files;
      changedAt = lastChange();
    },
  };
}

function filesOf(directory: string): readonly BodyFile[] {
  const found = readdirSync(directory).flatMap(name => {
    const path = join(directory, name);
    const stats = statSync(path, { throwIfNoEntry: false });
    // Another process may have removed it since.
    return stats === undefined ? [] : [{ path, size: stats.size, at: stats.mtimeMs }];
  });
  return found.sort((a, b) => a.at - b.at);
}

/** Removes the oldest bodies, and drafts that a crash left, until the coming one fits; returns the rest. */
function makeRoom(
  files: readonly BodyFile[],
  limits: BodyLimits,
  coming: number,
): readonly BodyFile[] {
  let total = files.reduce((all, { size }) => all + size, coming);
  let removed = 0;
  for (const { path, size } of files) {
    const count = files.length - removed + 1;
    if (count <= limits.maxCount && total <= limits.maxTotalBytes) break;
    rmSync(path, { force: true });
    removed += 1;
    total -= size;
  }
  return files.slice(removed);
}

/** A file appears whole under its name, or not at all. */
function place(path: string, bytes: Uint8Array): void {
  const draft = `${path}.${randomUUID()}.tmp`;
  writeFileSync(draft, bytes, { flag: 'wx', mode: 0o600 });
  renameSync(draft, path);
}

async function readSlice(
  path: string,
  offset: number,
  length: number,
): Promise<BodySlice | undefined> {
  const file = await open(path).catch(unlessMissing);
  if (file === undefined) return undefined;
  try {
    const { size: total } = await file.stat();
    const bytes = new Uint8Array(Math.max(0, Math.min(length, total - offset)));
    await file.read(bytes, 0, bytes.length, offset);
    return { bytes, total };
  } finally {
    await file.close();
  }
}

function unlessMissing(thrown: NodeJS.ErrnoException): undefined {
  if (thrown.code !== 'ENOENT') throw thrown;
}

async function onDisk<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (thrown instanceof TollkeeperError) throw thrown;
    throw new TollkeeperError('store_unavailable', undefined, { cause: thrown });
  }
}

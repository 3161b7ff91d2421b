import { access, chmod, constants, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { TollkeeperError } from '../base/index.ts';
import { type Database, database } from './database.ts';
import { makeDirectory } from './directory.ts';
import { type FileSystemOf, fileSystemOf, refuseShared } from './file-system.ts';
import { migrate, schemaVersion } from './migrate.ts';
import { retried } from './retry.ts';

/** Which database to open, and what it has to look like. */
export interface DatabaseOptions {
  readonly path: string;
  /** Marks the file as one of this kind (sqlite.org/pragma.html#pragma_application_id), 1 … 2³¹−1. */
  readonly applicationId: number;
  /** SQL scripts, oldest first; the file's `user_version` counts those it has had. Only ever added to. */
  readonly migrations: readonly string[];
  /** What to do with a file that a newer version has migrated; to read it is not safe for every kind. */
  readonly newer?: 'refuse' | 'read_only';
  /** Tells the file system of a path; this machine's own, if left out. */
  readonly fileSystemOf?: FileSystemOf;
}

/**
 * How long SQLite itself may block on a lock, in ms: a commit or two of somebody else's, because it blocks the
 * event loop. 20 ms of it made blocks of 45 ms while eight processes raced, and not one commit a second more.
 */
const BUSY_TIMEOUT = 2;

/**
 * Opens a database that any number of processes share, creating and migrating it as needed: files 0600
 * in a directory 0700, WAL, every commit on the disk before it returns.
 * Rejects with `store_unavailable`, `store_corrupt` or `store_newer`; a file is never removed.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  // Lazy, because a process that never touches the record should not pay for loading SQLite.
  const { DatabaseSync: Connection } = await import('node:sqlite');
  await createPrivately(options);
  const connection = await retried(
    () =>
      new Connection(options.path, { timeout: BUSY_TIMEOUT, enableForeignKeyConstraints: true }),
  );
  try {
    await retried(() => prepare(connection, options));
    await retried(() => migrate(connection, options));
    return database(connection, options.migrations.length);
  } catch (thrown) {
    connection.close();
    throw thrown;
  }
}

/** Makes the file before SQLite does, who would let everybody read it; -wal and -shm take its mode. */
async function createPrivately({ path, ...options }: DatabaseOptions): Promise<void> {
  try {
    await makeDirectory(dirname(path));
    await refuseShared(path, options.fileSystemOf ?? fileSystemOf);
    const file = await open(path, 'wx', 0o600).catch(unlessExists);
    // SQLite would open a file that cannot be written all the same, and never write to it, mended or not.
    await access(path, constants.W_OK);
    // An existing file is never opened here: closing it would drop SQLite's own locks on it (POSIX).
    if (file !== undefined) await file.close();
    else if (((await stat(path)).mode & 0o077) !== 0) await chmod(path, 0o600);
  } catch (thrown) {
    if (thrown instanceof TollkeeperError) throw thrown;
    throw new TollkeeperError('store_unavailable', undefined, { cause: thrown });
  }
}

function unlessExists(thrown: NodeJS.ErrnoException): undefined {
  if (thrown.code !== 'EEXIST') throw thrown;
}

function prepare(connection: DatabaseSync, options: DatabaseOptions): void {
  // First of all, so that a file of somebody else's stays as it is.
  const version = schemaVersion(connection, options);
  // FULL: a commit that was answered survives a power cut. The schema is data, so it is not trusted.
  connection.exec('PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF');
  if (version <= options.migrations.length) shareByWal(connection);
  else if (options.newer !== 'read_only') throw new TollkeeperError('store_newer');
}

function shareByWal(connection: DatabaseSync): void {
  const mode = connection.prepare('PRAGMA journal_mode = WAL').get()?.journal_mode;
  if (mode === 'wal') return;
  throw new TollkeeperError('store_unavailable', 'Its file system cannot share it safely.');
}

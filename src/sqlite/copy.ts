import { open, rm } from 'node:fs/promises';
import { SECOND, systemClock, TollkeeperError } from '../base/index.ts';
import { storeFailure } from './failure.ts';
import { retried } from './retry.ts';

/** How long other connections may keep us from writing over a database, in ms. */
const PATIENCE = 10 * SECOND;
const PAUSE = 50;
/** Pages copied before the source is free for a moment: 40 MB. */
const RATE = 10_000;

/**
 * Copies a database as it is at this moment into a new file (0600), while others use it. Rejects with
 * `invalid_input` if that file exists, `store_unavailable` or `store_corrupt`; then it leaves no file.
 */
export function copyDatabase(from: string, to: string): Promise<void> {
  return intoNewFile(to, async () => {
    const { DatabaseSync: Connection } = await import('node:sqlite');
    const source = await retried(() => new Connection(from, { readOnly: true }));
    try {
      await retried(() => source.prepare('VACUUM INTO :to').run({ to }));
    } finally {
      source.close();
    }
  });
}

/** Copies a database page by page, whatever the pages hold, so that even a damaged one is kept; else as `copyDatabase`. */
export function copyPages(from: string, to: string): Promise<void> {
  return intoNewFile(to, () => overwriteDatabase(from, to));
}

/**
 * Puts one database's content in the place of another's, at once for whoever has that open, or not at all.
 * Rejects with `store_unavailable` when other connections leave no moment for it.
 */
export async function overwriteDatabase(from: string, to: string): Promise<void> {
  const { backup, DatabaseSync: Connection } = await import('node:sqlite');
  const source = new Connection(from, { readOnly: true });
  const deadline = systemClock.now() + PATIENCE;
  try {
    for (;;) {
      try {
        return void (await backup(source, to, { rate: RATE }));
      } catch (cause) {
        // SQLite does not tell a lock from other failures here.
        if (systemClock.now() > deadline)
          throw new TollkeeperError('store_unavailable', undefined, { cause });
      }
      await systemClock.after(PAUSE);
    }
  } finally {
    source.close();
  }
}

/** Reads one row of a database that nobody writes to, and leaves the file as it is. Rejects as `copyDatabase`. */
export async function rowOf<Row>(path: string, statement: string): Promise<Row | undefined> {
  const { DatabaseSync: Connection } = await import('node:sqlite');
  try {
    const connection = new Connection(path, { readOnly: true });
    try {
      const prepared = connection.prepare(statement);
      prepared.setReadBigInts(true);
      return prepared.get() as Row | undefined;
    } finally {
      connection.close();
    }
  } catch (thrown) {
    throw storeFailure(thrown);
  }
}

/** Has a file written that only its owner may read, and forces it to the disk; a half one does not stay. */
async function intoNewFile(path: string, write: () => Promise<void>): Promise<void> {
  // SQLite would make the file for everybody to read; into an empty one it writes as well.
  const file = await open(path, 'wx', 0o600).catch(unlessExists);
  try {
    await write();
    await file.sync();
  } catch (thrown) {
    for (const suffix of ['', '-journal', '-wal', '-shm'])
      await rm(`${path}${suffix}`, { force: true });
    throw thrown;
  } finally {
    await file.close();
  }
}

function unlessExists(cause: NodeJS.ErrnoException): never {
  if (cause.code === 'EEXIST')
    throw new TollkeeperError('invalid_input', 'The file exists already.', { cause });
  throw new TollkeeperError('store_unavailable', 'The file cannot be made.', { cause });
}

import { asTollkeeperError } from '../base/index.ts';
import type { Database, Sql } from '../sqlite/index.ts';

/** Runs a piece of work in a transaction that others may share; resolves when it is committed. */
export type Batch = <T>(work: (sql: Sql) => T) => Promise<T>;

interface Job {
  readonly work: (sql: Sql) => unknown;
  readonly resolve: (result: never) => void;
  readonly reject: (thrown: unknown) => void;
}

/** Keeps one transaction short enough for others to get their turn. */
const MOST_JOBS = 256;

/**
 * Commits work that comes up at the same time together: a gateway that wrote each use of a token by itself would wait
 * for the disk once a request. `work` follows the rules of `Database.immediate`; where one piece throws, nothing of it
 * stays, and the others are done without it.
 */
export function openBatch(db: Database): Batch {
  const queue: Job[] = [];
  let busy = false;
  const drain = async (): Promise<void> => {
    busy = true;
    while (queue.length > 0) await commit(db, queue);
    busy = false;
  };
  return work =>
    new Promise((resolve, reject) => {
      queue.push({ work, resolve, reject });
      if (!busy) void drain();
    });
}

async function commit(db: Database, queue: Job[]): Promise<void> {
  const jobs: Job[] = [];
  try {
    const results = await db.immediate(sql => {
      // Only now, so that whatever came up while we waited for the lock is in it too.
      jobs.push(...queue.splice(0, MOST_JOBS - jobs.length));
      return jobs.map(({ work }) => work(sql));
    });
    for (const [at, { resolve }] of jobs.entries()) resolve(results[at] as never);
  } catch (thrown) {
    if (jobs.length === 0) jobs.push(...queue.splice(0));
    await apart(db, jobs, thrown);
  }
}

/** What failed because of the record fails for all; what failed because of one piece of work, for that alone. */
async function apart(db: Database, jobs: readonly Job[], thrown: unknown): Promise<void> {
  const ofRecord = asTollkeeperError(thrown).code.startsWith('store_');
  for (const { work, resolve, reject } of jobs) {
    if (ofRecord || jobs.length === 1) reject(thrown);
    else await db.immediate(work).then(result => resolve(result as never), reject);
  }
}

import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { asTollkeeperError, type Clock } from '../base/index.ts';
import type { Sealer } from '../secrets/index.ts';
import { overwriteDatabase, type Sql } from '../sqlite/index.ts';
import { type Contents, recordPath } from './backup.ts';
import { type Ended, openDraft, prepareDraft } from './draft.ts';
import { withRecord } from './record-file.ts';
import { othersPay, takeOver } from './take-over.ts';

/** A backup to put in the place of a record. */
export interface Restore {
  readonly home: string;
  /** The backup's file, which stays as it is. */
  readonly file: string;
  readonly sealer: Sealer;
  readonly clock: Clock;
}

/** A backup that was looked into. What is restored is what was seen then, whatever becomes of its file. */
export interface Backup extends Contents {
  /** How many facts the present record knows beyond the backup; undefined if it cannot be read. */
  readonly beyond: number | undefined;
  /**
   * Puts it in the place of the record, at once for every process that has that open. Budgets err on the low side:
   * until the wallet told what it paid since, nothing is paid; approvals and allowances of the backup may have been
   * used up meanwhile, so none of them counts; spending that is, or may have been, paused stays paused, and nothing is sold
   * until a human opens it again.
   * Rejects with `store_unavailable` while another process pays, or `store_newer`.
   */
  restore(): Promise<Restored>;
  close(): Promise<void>;
}

/** What a restore did. */
export interface Restored extends Ended {
  /** Where the record is kept that was replaced; undefined if there was none. */
  readonly kept: string | undefined;
  /** Whether that one could not be read. */
  readonly damaged: boolean;
}

/**
 * Opens a backup for a data directory. Rejects with `store_corrupt`, `store_newer` or `key_unavailable` for one
 * that is none of ours, and with `store_unavailable` if it cannot be copied there.
 */
export async function openBackup({ home, file, sealer, clock }: Restore): Promise<Backup> {
  const path = recordPath(home);
  const draft = `${path}.${randomUUID()}.tmp`;
  const close = async (): Promise<void> => {
    for (const suffix of ['', '-wal', '-shm']) await rm(`${draft}${suffix}`, { force: true });
  };
  const putInPlace = async (newest: Contents['newest']): Promise<Restored> => {
    const { fence, pause, kept, damaged, ...replaced } = await takeOver(path, clock);
    try {
      const start = { newest, fence, pause };
      const ended = await prepareDraft(draft, { sealer, clock }, start);
      // What somebody who took the lease meanwhile pays would be written over.
      if (!(await replaced.isOurs())) throw othersPay();
      await overwriteDatabase(draft, path);
      return { kept, damaged, ...ended };
    } finally {
      await replaced.close();
    }
  };
  try {
    const contents = await openDraft(file, draft, sealer);
    const beyond = await factsBeyond(path, draft);
    return { ...contents, beyond, restore: () => putInPlace(contents.newest), close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** How many facts a record has that a backup of it has not; undefined if the record cannot be read. */
async function factsBeyond(record: string, backup: string): Promise<number | undefined> {
  if (!existsSync(record)) return 0;
  const known = await withRecord(backup, db => db.read(lengths));
  try {
    const present = await withRecord(record, db => db.read(lengths));
    return [...present].reduce((all, [id, length]) => {
      return all + Math.max(0, length - (known.get(id) ?? 0));
    }, 0);
  } catch (thrown) {
    if (asTollkeeperError(thrown).code !== 'store_corrupt') throw thrown;
    return undefined;
  }
}

/** How many facts each task has. */
function lengths(sql: Sql): ReadonlyMap<string, number> {
  const rows = sql.all<{ id: string; length: bigint }>('SELECT id, length FROM task');
  return new Map(rows.map(({ id, length }) => [id, Number(length)]));
}

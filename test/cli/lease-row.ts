import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** The executor lease as the record has it. */
export interface LeaseRow {
  readonly fence: number;
  /** `post/pid/uuid`; null when nobody holds it. */
  readonly holder: string | null;
}

/** Reads the lease of a data directory behind everybody's back. */
export function leaseOf(home: string): LeaseRow {
  return withRecord(
    home,
    db => db.prepare('SELECT fence, holder FROM lease').get() as unknown as LeaseRow,
  );
}

/** Makes the lease of a process that died stale at once, as 10 s do. */
export function dropLease(home: string): void {
  withRecord(home, db => db.exec('UPDATE lease SET holder = NULL'));
}

/** Works on the record itself. */
export function withRecord<T>(home: string, work: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(join(home, 'tollkeeper.db'), { timeout: 5000 });
  try {
    return work(db);
  } finally {
    db.close();
  }
}

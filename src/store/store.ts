import { join } from 'node:path';
import type { Clock } from '../base/index.ts';
import type { Sealer } from '../secrets/index.ts';
import { openDatabase } from '../sqlite/index.ts';
import type {
  Allowances,
  Bodies,
  Credentials,
  Lease,
  Ledger,
  News,
  TaskStore,
} from '../task/store.ts';
import { openAllowances } from './allowances.ts';
import { type BodyLimits, openBodies } from './bodies.ts';
import { openLedger } from './books.ts';
import { openCredentials } from './credentials.ts';
import { rebuildIndexes } from './indexes.ts';
import { checkKey } from './key-check.ts';
import { openLease } from './lease.ts';
import { openNews } from './news.ts';
import { checkPages } from './page-check.ts';
import { APPLICATION_ID, MIGRATIONS } from './schema.ts';
import { openTasks } from './tasks.ts';

/** Where the record is kept, and with what. */
export interface StoreOptions {
  /** The data directory; the record is its `tollkeeper.db`, the bodies are in its `bodies/`. */
  readonly home: string;
  readonly sealer: Sealer;
  /** Dates the lease and revocations. */
  readonly clock: Clock;
  readonly bodies: BodyLimits;
}

/** Every port of the task room on one database. */
export interface Store {
  readonly tasks: TaskStore;
  readonly ledger: Ledger;
  readonly news: News;
  readonly lease: Lease;
  readonly bodies: Bodies;
  readonly credentials: Credentials;
  readonly allowances: Allowances;
  /** Builds the indexes that decisions read anew from the facts. */
  rebuild(): Promise<void>;
  /** Looks through the whole file; rejects with `store_corrupt` if it is damaged anywhere. */
  check(): Promise<void>;
  close(): void;
}

/**
 * Opens the record of a data directory, making it if there is none. Rejects with `store_unavailable`,
 * `store_corrupt`, `store_newer`, or `key_unavailable` if it was sealed with other keys.
 */
export async function openStore({ home, sealer, clock, bodies }: StoreOptions): Promise<Store> {
  const path = join(home, 'tollkeeper.db');
  const db = await openDatabase({ path, applicationId: APPLICATION_ID, migrations: MIGRATIONS });
  try {
    await checkKey(db, sealer);
  } catch (thrown) {
    db.close();
    throw thrown;
  }
  return {
    tasks: openTasks(db, sealer),
    ledger: openLedger(db),
    news: openNews(db, clock),
    lease: openLease(db, clock),
    bodies: openBodies(join(home, 'bodies'), bodies),
    credentials: openCredentials(db),
    allowances: openAllowances(db, clock),
    rebuild: () => rebuildIndexes(db),
    check: () => checkPages(db),
    close: () => db.close(),
  };
}

import { join } from 'node:path';
import type { Clock } from '../base/index.ts';
import type { PaywallStore } from '../paywall/store.ts';
import type { Sealer } from '../secrets/index.ts';
import { type Access, type FileSystemOf, openDatabase } from '../sqlite/index.ts';
import type { Journal } from '../task/journal.ts';
import type {
  Allowances,
  Audits,
  Bodies,
  Credentials,
  KillSwitch,
  Lease,
  Ledger,
  News,
  TaskStore,
} from '../task/store.ts';
import { openAllowances } from './allowances.ts';
import { recordPath } from './backup.ts';
import { type BodyLimits, openBodies } from './bodies.ts';
import { openLedger } from './books.ts';
import { openCredentials } from './credentials.ts';
import { rebuildIndexes } from './indexes.ts';
import { openJournal } from './journal.ts';
import { checkKey } from './key-check.ts';
import { openKillSwitch } from './kill-switch.ts';
import { openLease, refuseOther } from './lease.ts';
import { thisMachine } from './machine.ts';
import { openNews } from './news.ts';
import { checkPages } from './page-check.ts';
import { openPaywalls } from './paywalls.ts';
import { openAudits } from './restorations.ts';
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
  /** Names the machine, if it is not to be found out. */
  readonly machine?: string;
  /** Tells the file system of a path, if it is not to be found out. */
  readonly fileSystemOf?: FileSystemOf;
}

/** Every port of the task and paywall rooms on one database. */
export interface Store {
  /** `read_only` while the record is of a newer version: whatever would write rejects with `store_newer`. */
  access(): Access;
  readonly tasks: TaskStore;
  readonly ledger: Ledger;
  readonly news: News;
  readonly lease: Lease;
  readonly bodies: Bodies;
  readonly credentials: Credentials;
  readonly allowances: Allowances;
  readonly killSwitch: KillSwitch;
  readonly journal: Journal;
  readonly audits: Audits;
  readonly paywalls: PaywallStore;
  /** Builds the indexes that decisions read anew from the facts. */
  rebuild(): Promise<void>;
  /** Looks through the whole file; rejects with `store_corrupt` if it is damaged anywhere. */
  check(): Promise<void>;
  close(): void;
}

/**
 * Opens the record of a data directory, making it if there is none; one of a newer version only to read.
 * Rejects with `store_unavailable`, also where another machine may write to it; `store_corrupt`; or
 * `key_unavailable` if it was sealed with other keys.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { home, sealer, clock, bodies, machine = thisMachine(), fileSystemOf } = options;
  const db = await openDatabase({
    path: recordPath(home),
    applicationId: APPLICATION_ID,
    migrations: MIGRATIONS,
    newer: 'read_only',
    ...(fileSystemOf && { fileSystemOf }),
  });
  try {
    await db.read(sql => refuseOther(sql, clock.now(), machine));
    await checkKey(db, sealer);
  } catch (thrown) {
    db.close();
    throw thrown;
  }
  return {
    access: db.access,
    tasks: openTasks(db, sealer),
    ledger: openLedger(db),
    news: openNews(db, clock),
    lease: openLease(db, clock, machine),
    bodies: openBodies(join(home, 'bodies'), bodies),
    credentials: openCredentials(db),
    allowances: openAllowances(db, clock),
    killSwitch: openKillSwitch(db, clock),
    journal: openJournal(db),
    audits: openAudits(db, clock),
    paywalls: openPaywalls(db, sealer, clock),
    rebuild: () => rebuildIndexes(db),
    check: () => checkPages(db),
    close: () => db.close(),
  };
}

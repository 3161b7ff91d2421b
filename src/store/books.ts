import type { Database, Sql } from '../sqlite/index.ts';
import type { Books, Ledger, Reads } from '../task/store.ts';
import { liveAllowances } from './allowances.ts';
import { asksOf } from './asks.ts';
import { pauseOf } from './kill-switch.ts';
import { fenceOf } from './lease.ts';
import { hashTask } from './payment-hash.ts';
import { dueSince } from './restorations.ts';
import { grantsOf, inFlight, spendOf } from './spend.ts';

/** The books as this transaction sees them, read from the indexes alone. */
export function booksOf(sql: Sql, reads: Reads): Books {
  const { owner, host, now } = reads;
  return {
    paused: pauseOf(sql) !== undefined,
    unaudited: dueSince(sql) !== undefined,
    spend: spendOf(sql, reads),
    grants: grantsOf(sql, owner, now),
    allowances: liveAllowances(sql, owner, now).filter(one => one.host === host),
    inFlight: inFlight(sql, host),
    asks: asksOf(sql, reads),
    hashTask: reads.paymentHash === undefined ? undefined : hashTask(sql, reads.paymentHash),
    fence: fenceOf(sql),
  };
}

/** The same books for whoever only shows them. */
export function openLedger(db: Database): Ledger {
  return { books: reads => db.read(sql => booksOf(sql, reads)) };
}

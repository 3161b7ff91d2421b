import { type Msat, sum, systemClock, ZERO } from '../../base/index.ts';
import type { Behaviour } from './behaviour.ts';
import { ANY_HASH, recordBehaviour } from './behaviour-record.ts';
import { addFunds, type Counts, countsOf, wholeSats } from './funds.ts';
import { type Issued, type Order, recordInvoice, writeInvoice } from './invoice.ts';
import { type LedgerPlace, openLedger } from './ledger.ts';
import { current, endEntry, entryOf } from './payment.ts';

/** What the sandbox's owner and its tests do behind the wallet's back. */
export interface Sandbox {
  /** An invoice that the sandbox wallet can pay. */
  issue(order: Order): Promise<Issued>;
  /** Adds money; returns what can be sent now. */
  fund(amount: Msat): Promise<Msat>;
  /** Sets how the payment of a hash goes, or, without a hash, of every hash that has no setting of its own. */
  setBehaviour(behaviour: Behaviour, hash?: string): Promise<void>;
  /** Ends a payment that is in flight; false if there is none. */
  resolve(hash: string, end: 'settle' | 'fail'): Promise<boolean>;
  counts(): Promise<Counts>;
  /** What was debited for one hash, fees in. */
  debitOf(hash: string): Promise<Msat>;
  close(): Promise<void>;
}

/** Opens the sandbox on a data directory; throws `wallet_unavailable` when its ledger cannot be used. */
export async function openSandbox(place: LedgerPlace): Promise<Sandbox> {
  const ledger = await openLedger(place);
  const { db, clock } = ledger;
  return {
    issue: async order => {
      const invoice = writeInvoice(ledger, order);
      await db.immediate(sql => recordInvoice(sql, invoice, clock.now()));
      return invoice;
    },
    fund: amount => db.immediate(sql => addFunds(sql, amount)),
    setBehaviour: (behaviour, hash = ANY_HASH) =>
      db.immediate(sql => recordBehaviour(sql, hash, behaviour)),
    resolve: (hash, end) => current(ledger, sql => endEntry(sql, hash, end)),
    counts: () => current(ledger, countsOf),
    debitOf: hash =>
      current(ledger, sql => {
        const entry = entryOf(sql, hash);
        return entry?.state === 'settled' ? sum(entry.amount, entry.fee) : ZERO;
      }),
    close: async () => db.close(),
  };
}

/** Adds whole sats to the sandbox wallet of a data directory; returns what can be sent now, in msat. */
export async function fund(home: string, amountSats: number): Promise<Msat> {
  const sandbox = await openSandbox({ home, clock: systemClock });
  try {
    return await sandbox.fund(wholeSats(amountSats));
  } finally {
    await sandbox.close();
  }
}

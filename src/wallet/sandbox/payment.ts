import { type Msat, msat, TollkeeperError, unreachable } from '../../base/index.ts';
import type { Sql } from '../../sqlite/index.ts';
import type { PayFailure, PayOutcome, SentPayment } from '../../task/wallet.ts';
import type { Ledger } from './ledger.ts';

/** One row of the payment table: the one payment that its hash will ever have here. */
export interface Entry {
  readonly hash: string;
  readonly attempt: string;
  /** Who gets the money; null only where nobody does. */
  readonly issuer: string | null;
  readonly amount: Msat;
  readonly fee: Msat;
  readonly state: 'in_flight' | 'settled' | 'failed';
  readonly code: PayFailure | null;
  readonly preimage: string | null;
  /** When it settles by itself, ms. */
  readonly dueAt: number | null;
  readonly at: number;
}

/** The payment of a hash, if there ever was one. */
export function entryOf(sql: Sql, hash: string): Entry | undefined {
  const row = sql.get<Row>(
    `SELECT hash, attempt, issuer, msat AS amount, fee_msat AS fee, state, code, preimage,
            due_at AS dueAt, at
     FROM payment WHERE hash = :hash`,
    { hash },
  );
  return (
    row && {
      ...row,
      amount: msat(row.amount),
      fee: msat(row.fee),
      dueAt: row.dueAt === null ? null : Number(row.dueAt),
      at: Number(row.at),
    }
  );
}

interface Row extends Omit<Entry, 'amount' | 'fee' | 'dueAt' | 'at'> {
  readonly amount: bigint;
  readonly fee: bigint;
  readonly dueAt: bigint | null;
  readonly at: bigint;
}

/** The payments begun at or after a time, ms, that did not fail. */
export function sentSince(sql: Sql, since: number): readonly SentPayment[] {
  const rows = sql.all<{ paymentHash: string; cost: bigint; at: bigint }>(
    `SELECT hash AS paymentHash, msat + fee_msat AS cost, at FROM payment
     WHERE at >= :since AND state <> 'failed' ORDER BY at`,
    { since },
  );
  return rows.map(({ paymentHash, cost, at }) => ({
    paymentHash,
    cost: msat(cost),
    at: Number(at),
  }));
}

/** Writes a new payment; the primary key refuses a second one of its hash. */
export function addEntry(sql: Sql, entry: Entry): void {
  sql.run(
    `INSERT INTO payment (hash, attempt, issuer, msat, fee_msat, state, code, preimage, due_at, at)
     VALUES (:hash, :attempt, :issuer, :amount, :fee, :state, :code, :preimage, :dueAt, :at)`,
    { ...entry },
  );
}

/**
 * A transaction on the payments as they are at `now`, ms: what has fallen due is settled first, so a late
 * payment needs no process that lives long enough to see it through.
 */
export function current<T>({ db, clock }: Ledger, work: (sql: Sql, now: number) => T): Promise<T> {
  return db.immediate(sql => {
    const now = clock.now();
    sql.run(
      `UPDATE payment SET state = 'settled', due_at = NULL
       WHERE due_at IS NOT NULL AND due_at <= :now`,
      { now },
    );
    return work(sql, now);
  });
}

/** Ends a payment in flight; false if the hash has none. */
export function endEntry(sql: Sql, hash: string, end: 'settle' | 'fail'): boolean {
  const state = end === 'settle' ? 'settled' : 'failed';
  const code = end === 'settle' ? null : 'PaymentFailedError';
  return (
    sql.run(
      `UPDATE payment SET state = :state, code = :code, due_at = NULL
       WHERE hash = :hash AND state = 'in_flight'`,
      { hash, state, code },
    ) === 1
  );
}

/** What the wallet says of a payment. */
export function outcomeOf(entry: Entry): PayOutcome {
  switch (entry.state) {
    case 'in_flight':
      return { kind: 'in_flight' };
    case 'failed':
      return { kind: 'failed', code: held(entry.code) };
    case 'settled':
      return {
        kind: 'settled',
        preimage: held(entry.preimage),
        amount: entry.amount,
        fee: entry.fee,
      };
    default:
      return unreachable(entry.state);
  }
}

/** The table's checks promise these columns; a row without them was not written by us. */
function held<T>(value: T | null): T {
  if (value === null) throw new TollkeeperError('wallet_unavailable', 'sandbox.db is damaged.');
  return value;
}

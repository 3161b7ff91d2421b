import { type Msat, minus, msat, sats, TollkeeperError } from '../../base/index.ts';
import type { Sql } from '../../sqlite/index.ts';

/** Every bitcoin that can exist. */
const MOST_SATS = 2_100_000_000_000_000;

/** What the ledger's payments came to; the truth that a test counts by. */
export interface Counts {
  /** Settled payments. */
  readonly payments: number;
  /** What they cost, fees in. */
  readonly debited: Msat;
  /** What can be sent now: funding less every payment that has not failed. */
  readonly balance: Msat;
}

/** The books' totals, as of the payments that are recorded as ended. */
export function countsOf(sql: Sql): Counts {
  const row = sql.get<Record<'funded' | 'payments' | 'debited' | 'held', bigint>>(
    `SELECT (SELECT coalesce(sum(msat), 0) FROM funding) AS funded,
            count(*) FILTER (WHERE state = 'settled') AS payments,
            coalesce(sum(msat + fee_msat) FILTER (WHERE state = 'settled'), 0) AS debited,
            coalesce(sum(msat + fee_msat) FILTER (WHERE state <> 'failed'), 0) AS held
     FROM payment`,
  );
  const { funded = 0n, payments = 0n, debited = 0n, held = 0n } = row ?? {};
  return {
    payments: Number(payments),
    debited: msat(debited),
    balance: minus(msat(funded), msat(held)),
  };
}

/** A sum that a person named, in whole sats; throws `invalid_input` unless it is one. */
export function wholeSats(amount: number): Msat {
  if (Number.isSafeInteger(amount) && amount > 0 && amount <= MOST_SATS) return sats(amount);
  throw new TollkeeperError('invalid_input', 'Say a whole number of sats, at least 1.');
}

/** Adds sandbox money and returns the new balance; throws `invalid_input` above all bitcoin ever. */
export function addFunds(sql: Sql, amount: Msat): Msat {
  const row = sql.get<{ funded: bigint }>('SELECT coalesce(sum(msat), 0) AS funded FROM funding');
  if ((row?.funded ?? 0n) + amount > sats(MOST_SATS)) {
    throw new TollkeeperError('invalid_input', 'There is not that much bitcoin.');
  }
  sql.run('INSERT INTO funding (msat) VALUES (:amount)', { amount });
  return countsOf(sql).balance;
}

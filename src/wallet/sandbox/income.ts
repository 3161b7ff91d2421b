import type { Ledger } from './ledger.ts';
import { current } from './payment.ts';

/** What an issuer took in, by its own settled invoices. */
export interface Income {
  readonly paymentsMade: number;
  readonly receivedMsat: number;
}

/** What an issuer took in ever since the ledger began, routing fees apart. */
export function incomeOf(ledger: Ledger, issuer: string): Promise<Income> {
  return current(ledger, sql => {
    const row = sql.get<{ count: bigint; msat: bigint }>(
      `SELECT count(*) AS count, coalesce(sum(msat), 0) AS msat
       FROM payment WHERE issuer = :issuer AND state = 'settled'`,
      { issuer },
    );
    return { paymentsMade: Number(row?.count), receivedMsat: Number(row?.msat) };
  });
}

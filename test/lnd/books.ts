import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../src/base/index.ts';
import type { InvoiceIssuer } from '../../src/paywall/issuer.ts';
import type { PayFailure, Payment, PayOutcome, Wallet } from '../../src/task/wallet.ts';
import {
  openSandbox,
  openSandboxIssuer,
  openSandboxWallet,
  type Sandbox,
} from '../../src/wallet/index.ts';

/** One payment as the sandbox has it, amounts in msat, `at` in ms. */
export interface Row {
  readonly hash: string;
  readonly state: 'in_flight' | 'settled' | 'failed';
  readonly code: PayFailure | null;
  readonly amount: bigint;
  readonly fee: bigint;
  readonly preimage: string | null;
  readonly at: bigint;
}

/** What came in for an invoice: its number among all such, from 1, the amount in msat, and when, ms. */
export interface ReceiptRow {
  readonly number: bigint;
  readonly amount: bigint;
  readonly at: bigint;
}

/** The money of the fake lnd: a sandbox's ledger, in which a failed payment can be begun anew as in lnd's. */
export interface Books {
  readonly sandbox: Sandbox;
  readonly wallet: Wallet;
  readonly issuer: InvoiceIssuer;
  /** Every payment, the oldest first. */
  rows(): readonly Row[];
  row(hash: string): Row | undefined;
  receipt(hash: string): ReceiptRow | undefined;
  /** Takes a payment on at once; an outcome of `unknown` is how the sandbox says that its caller hears nothing. */
  begin(payment: Omit<Payment, 'attemptId' | 'waitMs'>): Promise<PayOutcome>;
  /** Ends whatever has fallen due. */
  refresh(): Promise<void>;
  forget(hash: string): void;
  close(): Promise<void>;
}

/** Opens the books in a directory. */
export async function openBooks(home: string, clock: Clock): Promise<Books> {
  const wallet = await openSandboxWallet({ home, clock });
  const sandbox = await openSandbox({ home, clock });
  const issuer = await openSandboxIssuer({ home, clock });
  const db = new DatabaseSync(join(home, 'sandbox.db'), { timeout: 5000 });
  const select = `SELECT hash, state, code, msat AS amount, fee_msat AS fee, preimage, at FROM payment`;
  const all = db.prepare(`${select} ORDER BY at, hash`);
  const one = db.prepare(`${select} WHERE hash = :hash`);
  const receipt = db.prepare(
    `SELECT number, msat AS amount, settlement.at AS at
     FROM settlement JOIN payment USING (hash) WHERE hash = :hash`,
  );
  for (const statement of [all, one, receipt]) statement.setReadBigInts(true);
  return {
    sandbox,
    wallet,
    issuer,
    rows: () => all.all() as unknown as Row[],
    row: hash => one.get({ hash }) as Row | undefined,
    receipt: hash => receipt.get({ hash }) as ReceiptRow | undefined,
    begin: payment => wallet.pay({ ...payment, attemptId: 'lnd', waitMs: 0 }),
    refresh: async () => void (await sandbox.counts()),
    forget(hash) {
      for (const table of ['settlement', 'payment']) {
        db.prepare(`DELETE FROM ${table} WHERE hash = :hash`).run({ hash });
      }
    },
    async close() {
      db.close();
      await wallet.close();
      await issuer.close();
      await sandbox.close();
    },
  };
}

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../src/base/index.ts';
import type { PayFailure, Payment, PayOutcome, Wallet } from '../../src/task/wallet.ts';
import { openSandbox, openSandboxWallet, type Sandbox } from '../../src/wallet/index.ts';

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

/** The money of the fake lnd: a sandbox's ledger, in which a failed payment can be begun anew as in lnd's. */
export interface Books {
  readonly sandbox: Sandbox;
  readonly wallet: Wallet;
  /** Every payment, the oldest first. */
  rows(): readonly Row[];
  row(hash: string): Row | undefined;
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
  const db = new DatabaseSync(join(home, 'sandbox.db'), { timeout: 5000 });
  const select = `SELECT hash, state, code, msat AS amount, fee_msat AS fee, preimage, at FROM payment`;
  const all = db.prepare(`${select} ORDER BY at, hash`);
  const one = db.prepare(`${select} WHERE hash = :hash`);
  for (const statement of [all, one]) statement.setReadBigInts(true);
  return {
    sandbox,
    wallet,
    rows: () => all.all() as unknown as Row[],
    row: hash => one.get({ hash }) as Row | undefined,
    begin: payment => wallet.pay({ ...payment, attemptId: 'lnd', waitMs: 0 }),
    refresh: async () => void (await sandbox.counts()),
    forget: hash => void db.prepare('DELETE FROM payment WHERE hash = :hash').run({ hash }),
    async close() {
      db.close();
      await wallet.close();
      await sandbox.close();
    },
  };
}

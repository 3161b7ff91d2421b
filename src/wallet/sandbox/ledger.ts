import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { asTollkeeperError, type Clock, TollkeeperError } from '../../base/index.ts';
import { type Database, openDatabase, type Sql } from '../../sqlite/index.ts';
import { APPLICATION_ID, MIGRATIONS } from './schema.ts';

/** The sandbox's books in `sandbox.db`: one file that the shop, the wallet and any process share. */
export interface Ledger {
  readonly db: Database;
  readonly clock: Clock;
  /** The node's key, 32 bytes, that signs every invoice of this ledger. */
  readonly privateKey: Uint8Array;
}

/** Where the ledger lives, and the clock by which its invoices expire and its late payments settle. */
export interface LedgerPlace {
  /** The data directory. */
  readonly home: string;
  readonly clock: Clock;
}

/** Opens the ledger, making it with 100,000 sats and a key of its own when new; else `wallet_unavailable`. */
export async function openLedger({ home, clock }: LedgerPlace): Promise<Ledger> {
  try {
    const path = join(home, 'sandbox.db');
    const db = await openDatabase({ path, applicationId: APPLICATION_ID, migrations: MIGRATIONS });
    return { db, clock, privateKey: await db.immediate(keyOf) };
  } catch (thrown) {
    const { code } = asTollkeeperError(thrown);
    throw new TollkeeperError('wallet_unavailable', `sandbox.db: ${code}.`, { cause: thrown });
  }
}

/** Read and made in one transaction: of processes that open a new ledger at once, the first one's key stays. */
function keyOf(sql: Sql): Uint8Array {
  const stored = sql.get<{ key: Uint8Array }>('SELECT private_key AS key FROM node');
  if (stored) return stored.key;
  const key = randomBytes(32);
  sql.run('INSERT INTO node (id, private_key) VALUES (1, :key)', { key });
  return key;
}

import { type Msat, msat, SECOND, sha256, TollkeeperError } from '../../base/index.ts';
import type { InvoiceIssuer, InvoiceOrder, IssuedInvoice, Standing } from '../../paywall/issuer.ts';
import type { Receipt } from '../../paywall/settlement.ts';
import type { Sql } from '../../sqlite/index.ts';
import { recordInvoice, writeInvoice } from './invoice.ts';
import { type Ledger, type LedgerPlace, openLedger } from './ledger.ts';
import { current, entryOf } from './payment.ts';

/** The issuer's name in the ledger: what the gateway sells is told apart from what the shop sells. */
const ISSUER = 'tollkeeper-gateway';
/** How often it looks for payments that other processes made, ms. */
const LOOK_MS = 50;
/** How many receipts are read at a time. */
const PAGE = 100;

/**
 * Opens the seller's side of the sandbox: true invoices over worthless money, payable from the sandbox wallet of the
 * same data directory, whichever process pays. Rejects with `wallet_unavailable`.
 */
export async function openSandboxIssuer(place: LedgerPlace): Promise<InvoiceIssuer> {
  const ledger = await openLedger(place);
  return {
    node: `sandbox:${sha256(ledger.privateKey).slice(0, 16)}`,
    real: false,
    issue: order => issue(ledger, order).catch(unavailable),
    lookUp: hash => current(ledger, (sql, now) => standingOf(sql, hash, now)).catch(unavailable),
    settlements: (since, signal) => settlements(ledger, since, signal),
    close: async () => ledger.db.close(),
  };
}

async function issue(
  ledger: Ledger,
  { amount, description, ttlMs }: InvoiceOrder,
): Promise<IssuedInvoice> {
  const invoice = writeInvoice(ledger, { issuer: ISSUER, amount, description, ttlMs });
  await ledger.db.immediate(sql => recordInvoice(sql, invoice, ledger.clock.now()));
  // BOLT11 counts in seconds: what the text says is what holds.
  const expiresAt = Math.floor(invoice.expiresAt / SECOND) * SECOND;
  return { invoice: invoice.text, paymentHash: invoice.hash, expiresAt };
}

function standingOf(sql: Sql, hash: string, now: number): Standing {
  const entry = entryOf(sql, hash);
  if (entry?.state === 'settled' && entry.issuer === ISSUER) {
    return { status: 'settled', amount: entry.amount, settledAt: settledAt(sql, hash) };
  }
  const invoice = sql.get<{ expiresAt: bigint }>(
    'SELECT expires_at AS expiresAt FROM invoice WHERE hash = :hash AND issuer = :issuer',
    { hash, issuer: ISSUER },
  );
  if (invoice === undefined) return { status: 'not_found' };
  // A payment that is under way may still settle, whatever the time.
  const isOver = invoice.expiresAt <= BigInt(now) && entry?.state !== 'in_flight';
  return { status: isOver ? 'expired' : 'open' };
}

function settledAt(sql: Sql, hash: string): number {
  const row = sql.get<{ at: bigint }>('SELECT at FROM settlement WHERE hash = :hash', { hash });
  return Number(row?.at);
}

async function* settlements(
  ledger: Ledger,
  since: bigint,
  signal: AbortSignal,
): AsyncGenerator<Receipt> {
  for (let last = since; !signal.aborted; ) {
    const page = await receiptsAfter(ledger, last).catch(unavailable);
    for (const receipt of page) {
      if (signal.aborted) return;
      last = receipt.index;
      yield receipt;
    }
    if (page.length === 0) await ledger.clock.after(LOOK_MS, signal);
  }
}

/** The next receipts. A look that finds nothing locks nobody out: only a payment that has fallen due is written down. */
async function receiptsAfter(ledger: Ledger, last: bigint): Promise<readonly Receipt[]> {
  const due = await ledger.db.read(sql =>
    sql.get('SELECT 1 FROM payment WHERE due_at IS NOT NULL AND due_at <= :now LIMIT 1', {
      now: ledger.clock.now(),
    }),
  );
  const read = (sql: Sql) => receiptsIn(sql, last);
  return due === undefined ? ledger.db.read(read) : current(ledger, read);
}

function receiptsIn(sql: Sql, last: bigint): readonly Receipt[] {
  const rows = sql.all<{ index: bigint; paymentHash: string; amount: bigint; at: bigint }>(
    `SELECT number AS "index", payment.hash AS paymentHash, msat AS amount, settlement.at AS at
     FROM settlement JOIN payment ON payment.hash = settlement.hash
     WHERE number > :last AND issuer = :issuer ORDER BY number LIMIT ${PAGE}`,
    { last, issuer: ISSUER },
  );
  return rows.map(({ index, paymentHash, amount, at }) => {
    const arrived: Msat = msat(amount);
    return { index, paymentHash, amount: arrived, settledAt: Number(at) };
  });
}

function unavailable(cause: unknown): never {
  throw new TollkeeperError('wallet_unavailable', undefined, { cause });
}

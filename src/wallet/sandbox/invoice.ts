import { randomBytes } from 'node:crypto';
import { HOUR, type Msat, sha256 } from '../../base/index.ts';
import { encodeInvoice, type Network } from '../../l402/index.ts';
import type { Sql } from '../../sqlite/index.ts';
import type { Ledger } from './ledger.ts';

/** The BOLT11 prefix of everything here: money that can be made at will must never look like money. */
export const NETWORK = 'bcrt' satisfies Network;

/** What an invoice is to say. */
export interface Order {
  /** Who asks for the money. */
  readonly issuer: string;
  /** Left out, the payer may choose: nobody should pay that. */
  readonly amount?: Msat;
  readonly description: string;
  /** How long it may be paid, ms. */
  readonly ttlMs: number;
  /** Regtest unless a test wants one that must be refused. */
  readonly network?: Network;
}

/** An invoice as its issuer knows it. */
export interface Issued {
  readonly text: string;
  readonly hash: string;
  /** 64 hex digits; whoever shows them has paid. */
  readonly preimage: string;
  readonly issuer: string;
  readonly expiresAt: number;
}

/** So many invoices may wait for anyone to pay them, an issuer; then the oldest go. */
const MOST_OPEN = 1_000;
/** An invoice is kept this long after its expiry, ms: longer than any token that was sold with it. */
const KEPT_MS = 2 * HOUR;

/** Writes and signs an invoice; nobody can pay it before it is recorded. */
export function writeInvoice({ clock, privateKey }: Ledger, order: Order): Issued {
  const createdAt = clock.now();
  const expiresAt = createdAt + order.ttlMs;
  const preimage = randomBytes(32);
  const hash = sha256(preimage);
  const text = encodeInvoice(
    {
      network: order.network ?? NETWORK,
      amount: order.amount,
      paymentHash: hash,
      paymentSecret: randomBytes(32).toString('hex'),
      description: order.description,
      createdAt,
      expiresAt,
    },
    privateKey,
  );
  return { text, hash, preimage: preimage.toString('hex'), issuer: order.issuer, expiresAt };
}

/** Makes an invoice payable from this ledger's wallet; `now` is in ms. */
export function recordInvoice(sql: Sql, invoice: Issued, now: number): void {
  const { hash, preimage, issuer, expiresAt } = invoice;
  prune(sql, issuer, now);
  sql.run(
    `INSERT INTO invoice (hash, preimage, issuer, expires_at)
     VALUES (:hash, :preimage, :issuer, :expiresAt)`,
    { hash, preimage, issuer, expiresAt },
  );
}

/** Who issued the invoice of a hash, and what opens it. */
export function issuedOf(sql: Sql, hash: string): Pick<Issued, 'issuer' | 'preimage'> | undefined {
  return sql.get('SELECT issuer, preimage FROM invoice WHERE hash = :hash', { hash });
}

/** Notes that a payment of the invoice was taken on: from now on it is not in anyone's way. */
export function markAttempted(sql: Sql, hash: string): void {
  sql.run('UPDATE invoice SET attempted = 1 WHERE hash = :hash', { hash });
}

/** Anyone can ask a shop for invoices without end: what is old, or too much, goes before another is made. */
function prune(sql: Sql, issuer: string, now: number): void {
  sql.run('DELETE FROM invoice WHERE expires_at < :oldest', { oldest: now - KEPT_MS });
  sql.run(
    `DELETE FROM invoice WHERE hash IN (
       SELECT hash FROM invoice WHERE issuer = :issuer AND attempted = 0
       ORDER BY expires_at DESC LIMIT -1 OFFSET :most)`,
    { issuer, most: MOST_OPEN - 1 },
  );
}

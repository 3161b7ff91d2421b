import { DAY, msat } from '../base/index.ts';
import type { InvoiceStatus } from '../paywall/invoice.ts';
import type { Tokens } from '../paywall/store.ts';
import type { KeyedToken, Token } from '../paywall/token.ts';
import type { Sealer } from '../secrets/index.ts';
import type { Database, Sql } from '../sqlite/index.ts';
import type { Batch } from './batch.ts';

/** The statuses in the order in which they may follow each other; `rank` is the place in it. */
const RANKS: readonly InvoiceStatus[] = ['open', 'expired', 'canceled', 'settled'];
/** How long an invoice that is known to be dead is remembered after its end, ms: so long its token is told apart. */
const KEPT_MS = DAY;
/** How many of those one new token takes along, so that no single one has to do it all. */
const MOST_PRUNED = 20;

interface Row {
  readonly id: string;
  readonly paymentHash: string;
  readonly owner: string;
  readonly paywallId: Token['paywallId'];
  readonly routeId: Token['routeId'];
  readonly amount: bigint;
  readonly node: string;
  readonly mintedAt: bigint;
  readonly invoiceExpiresAt: bigint;
  readonly expiresAt: bigint;
  readonly rank: bigint;
  readonly rootKey: Uint8Array;
}

const COLUMNS = `
  id, payment_hash AS paymentHash, owner, paywall_id AS paywallId, route_id AS routeId, msat AS amount,
  node, minted_at AS mintedAt, invoice_expires_at AS invoiceExpiresAt, expires_at AS expiresAt, rank,
  root_key AS rootKey`;

/** The tokens that were minted; root keys go through `sealer`, writes through `batch`. */
export function openTokens(db: Database, sealer: Sealer, batch: Batch): Tokens {
  return {
    keep: token => {
      const sealed = sealer.seal(place(token), token.rootKey);
      return batch(sql => insert(sql, token, sealed));
    },
    find: id =>
      db.read(sql => {
        const row = sql.get<Row>(`SELECT ${COLUMNS} FROM paywall_token WHERE id = :id`, { id });
        if (row === undefined) return undefined;
        const token = tokenOf(row);
        const rootKey = new Uint8Array(sealer.open(place(token), row.rootKey));
        return { token: { ...token, rootKey }, status: statusOf(row.rank) };
      }),
    claim: (id, most) => batch(sql => claim(sql, id, most)),
    giveBack: id =>
      batch(sql => {
        sql.run('UPDATE paywall_token SET used = used - 1 WHERE id = :id AND used > 0', { id });
      }),
    raise: (paymentHash, status) => batch(sql => raise(sql, paymentHash, status)),
    unpaid: now =>
      db.read(sql => {
        const row = sql.get<{ count: bigint }>(
          `SELECT count(*) AS count FROM paywall_token
           WHERE rank = 0 AND invoice_expires_at > :now`,
          { now },
        );
        return Number(row?.count);
      }),
  };
}

/** Raises the status of an invoice; one that is as high already stays. */
export function raise(sql: Sql, paymentHash: string, status: InvoiceStatus): void {
  const rank = RANKS.indexOf(status);
  sql.run(
    'UPDATE paywall_token SET rank = :rank WHERE payment_hash = :paymentHash AND rank < :rank',
    { paymentHash, rank },
  );
}

/** The token that an invoice pays for, if it is one of ours. */
export function tokenOfHash(sql: Sql, paymentHash: string): Token | undefined {
  const row = sql.get<Row>(
    `SELECT ${COLUMNS} FROM paywall_token WHERE payment_hash = :paymentHash`,
    { paymentHash },
  );
  return row && tokenOf(row);
}

/** Tokens of a node whose invoices are over and still called open, longest first. */
export function overdueIn(sql: Sql, node: string, now: number, limit: number): readonly Token[] {
  return sql
    .all<Row>(
      `SELECT ${COLUMNS} FROM paywall_token
       WHERE rank = 0 AND node = :node AND invoice_expires_at <= :now
       ORDER BY invoice_expires_at LIMIT :limit`,
      { node, now, limit },
    )
    .map(tokenOf);
}

/** The check and the taking are one statement: of any number at once, only as many as are left get one. */
function claim(sql: Sql, id: string, most: number): number | undefined {
  const taken = sql.get<{ used: bigint }>(
    'UPDATE paywall_token SET used = used + 1 WHERE id = :id AND used < :most RETURNING used',
    { id, most },
  );
  return taken && Number(taken.used);
}

function insert(sql: Sql, token: KeyedToken, rootKey: Uint8Array): void {
  const { id, paymentHash, owner, paywallId, routeId, amount, node } = token;
  const { mintedAt, invoiceExpiresAt, expiresAt } = token;
  sql.run(
    `DELETE FROM paywall_token WHERE id IN (
       SELECT id FROM paywall_token WHERE rank IN (1, 2) AND invoice_expires_at < :oldest
       ORDER BY invoice_expires_at LIMIT ${MOST_PRUNED})`,
    { oldest: mintedAt - KEPT_MS },
  );
  sql.run(
    `INSERT INTO paywall_token (id, payment_hash, owner, paywall_id, route_id, msat, node,
                                minted_at, invoice_expires_at, expires_at, root_key)
     VALUES (:id, :paymentHash, :owner, :paywallId, :routeId, :amount, :node,
             :mintedAt, :invoiceExpiresAt, :expiresAt, :rootKey)`,
    {
      id,
      paymentHash,
      owner,
      paywallId,
      routeId,
      amount,
      node,
      mintedAt,
      invoiceExpiresAt,
      expiresAt,
      rootKey,
    },
  );
}

/** What the root key is sealed for: with it the price, the end and all else of the token are vouched for. */
function place({ id, paymentHash, owner, paywallId, routeId, amount, expiresAt }: Token): string {
  const bound = [id, paymentHash, paywallId, routeId, amount, expiresAt, owner];
  return `paywall-token/${bound.join('/')}`;
}

function tokenOf({ rank: _rank, rootKey: _key, ...row }: Row): Token {
  return {
    ...row,
    amount: msat(row.amount),
    mintedAt: Number(row.mintedAt),
    invoiceExpiresAt: Number(row.invoiceExpiresAt),
    expiresAt: Number(row.expiresAt),
  };
}

function statusOf(rank: bigint): InvoiceStatus {
  return RANKS[Number(rank)] ?? 'open';
}

import { type Clock, type Msat, msat } from '../base/index.ts';
import type { PaywallId } from '../paywall/id.ts';
import type { Fit, Income, Ingested, Receipt, Settlement } from '../paywall/settlement.ts';
import type { Earner, SettlementQuery, Takings } from '../paywall/store.ts';
import type { Token } from '../paywall/token.ts';
import type { Database, Sql } from '../sqlite/index.ts';
import type { Batch } from './batch.ts';
import { overdueIn, raise, tokenOfHash } from './paywall-tokens.ts';

/** The most rows that one listing returns. */
const MOST_LISTED = 200;

interface Row {
  readonly paymentHash: string;
  readonly amount: bigint;
  readonly settledAt: bigint;
  readonly bookedAt: bigint;
  readonly fit: Fit;
  readonly asked: bigint | null;
  readonly owner: string | null;
  readonly paywallId: PaywallId | null;
}

const COLUMNS = `
  payment_hash AS paymentHash, msat AS amount, settled_at AS settledAt, booked_at AS bookedAt, fit,
  asked_msat AS asked, owner, paywall_id AS paywallId`;

/** The books of what was earned; dated by `clock`. */
export function openTakings(db: Database, clock: Clock, batch: Batch): Takings {
  return {
    cursor: node =>
      db.read(sql => {
        const row = sql.get<{ newest: bigint }>(
          'SELECT coalesce(max(node_index), 0) AS newest FROM settlement WHERE node = :node',
          { node },
        );
        return row?.newest ?? 0n;
      }),
    book: (node, receipt) => batch(sql => book(sql, node, receipt, clock.now())),
    list: query => db.read(sql => listed(sql, bounded(query))),
    unknown: since =>
      db.read(sql => {
        const row = sql.get<{ count: bigint }>(
          `SELECT count(*) AS count FROM settlement WHERE fit = 'unknown' AND settled_at >= :since`,
          { since },
        );
        return Number(row?.count);
      }),
    income: (owner, since) => db.read(sql => incomeOf(sql, owner, since)),
    overdue: (node, now, limit) => db.read(sql => overdueIn(sql, node, now, limit)),
  };
}

/** One row a payment hash: a receipt that comes again, from a replay or after a restart, changes nothing. */
function book(sql: Sql, { node, real }: Earner, receipt: Receipt, now: number): Ingested {
  const { index, paymentHash, amount, settledAt } = receipt;
  const token = tokenOfHash(sql, paymentHash);
  const last = sql.get<{ at: bigint }>('SELECT coalesce(max(booked_at), 0) AS at FROM settlement');
  const row: Row = {
    paymentHash,
    amount,
    settledAt: BigInt(settledAt),
    // Later than the last, also when the clock went back or two come at once: lists go on from it.
    bookedAt: BigInt(Math.max(now, Number(last?.at ?? 0n) + 1)),
    fit: fitOf(token, amount),
    asked: token?.amount ?? null,
    owner: token?.owner ?? null,
    paywallId: token?.paywallId ?? null,
  };
  const added = sql.run(
    `INSERT INTO settlement (payment_hash, node, real, node_index, msat, settled_at, booked_at, fit,
                             asked_msat, owner, paywall_id)
     VALUES (:paymentHash, :node, :real, :index, :amount, :settledAt, :bookedAt, :fit,
             :asked, :owner, :paywallId)
     ON CONFLICT (payment_hash) DO NOTHING`,
    { ...row, node, real: Number(real), index },
  );
  if (added === 0) return { kind: 'replayed' };
  if (row.fit === 'whole') raise(sql, paymentHash, 'settled');
  return { kind: 'booked', settlement: settlementOf(row) };
}

/** A node never takes less than its invoice asks; one that says so has been tampered with, and opens nothing. */
function fitOf(token: Token | undefined, amount: Msat): Fit {
  if (token === undefined) return 'unknown';
  return amount < token.amount ? 'short' : 'whole';
}

function listed(sql: Sql, query: SettlementQuery): readonly Settlement[] {
  const { owner, paywallId, limit, before = Number.MAX_SAFE_INTEGER } = query;
  const which = paywallId === undefined ? '' : 'AND paywall_id = :paywallId';
  const rows = sql.all<Row>(
    `SELECT ${COLUMNS} FROM settlement WHERE owner = :owner AND booked_at < :before ${which}
     ORDER BY booked_at DESC LIMIT :limit`,
    { owner, before, limit, ...(paywallId === undefined ? {} : { paywallId }) },
  );
  return rows.map(settlementOf);
}

interface IncomeRow {
  readonly paywallId: PaywallId;
  readonly real: bigint;
  readonly day: string;
  readonly amount: bigint;
  readonly payments: bigint;
}

function incomeOf(sql: Sql, owner: string, since: number): readonly Income[] {
  const rows = sql.all<IncomeRow>(
    `SELECT paywall_id AS paywallId, real, strftime('%Y-%m-%d', settled_at / 1000, 'unixepoch') AS day,
            sum(msat) AS amount, count(*) AS payments
     FROM settlement WHERE owner = :owner AND settled_at >= :since AND fit <> 'unknown'
     GROUP BY paywall_id, real, day ORDER BY day DESC, paywall_id, real DESC`,
    { owner, since },
  );
  return rows.map(({ amount, payments, real, ...row }) => ({
    ...row,
    real: real === 1n,
    amount: msat(amount),
    payments: Number(payments),
  }));
}

function bounded(query: SettlementQuery): SettlementQuery {
  return { ...query, limit: Math.max(0, Math.min(Math.floor(query.limit), MOST_LISTED)) };
}

function settlementOf(row: Row): Settlement {
  return {
    id: `settlement_${row.paymentHash}`,
    paymentHash: row.paymentHash,
    amount: msat(row.amount),
    settledAt: Number(row.settledAt),
    bookedAt: Number(row.bookedAt),
    fit: row.fit,
    asked: row.asked === null ? undefined : msat(row.asked),
    owner: row.owner ?? undefined,
    paywallId: row.paywallId ?? undefined,
  };
}

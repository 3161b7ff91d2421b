import { type Clock, DAY, HOUR, msat, TollkeeperError } from '../base/index.ts';
import type { Database, Sql } from '../sqlite/index.ts';
import type { Audits } from '../task/store.ts';
import { fenceOf } from './lease.ts';
import { hashTask } from './payment-hash.ts';

/** What the wallet still has to tell of a restored record, and what came of it. */
export function openAudits(db: Database, clock: Clock): Audits {
  return {
    due: () => db.read(dueSince),
    conclude: (fence, sent) =>
      db.immediate(sql => {
        if (fenceOf(sql) !== fence) throw new TollkeeperError('desktop_executor_offline');
        const unknown = sent.filter(({ paymentHash }) => hashTask(sql, paymentHash) === undefined);
        for (const { paymentHash: hash, cost, at } of unknown) {
          sql.run(
            'INSERT INTO unclaimed VALUES (:hash, :cost, :at) ON CONFLICT (hash) DO NOTHING',
            { hash, cost, at },
          );
        }
        const now = clock.now();
        sql.run('UPDATE restoration SET audited_at = :now WHERE audited_at IS NULL', { now });
        return unknown;
      }),
    unclaimed: () =>
      db.read(sql =>
        sql.all<UnclaimedRow>(UNCLAIMED).map(one => ({
          paymentHash: one.hash,
          cost: msat(one.cost),
          at: Number(one.at),
        })),
      ),
  };
}

const UNCLAIMED = 'SELECT hash, msat AS cost, at FROM unclaimed ORDER BY at, hash';

interface UnclaimedRow {
  readonly hash: string;
  readonly cost: bigint;
  readonly at: bigint;
}

/** From when on (ms) the wallet has to tell its payments, if it has to. */
export function dueSince(sql: Sql): number | undefined {
  const row = sql.get<{ since: bigint | null }>(
    'SELECT min(since) AS since FROM restoration WHERE audited_at IS NULL',
  );
  return row === undefined || row.since === null ? undefined : Number(row.since);
}

/** What nobody claims, in the windows that end now and ever; msat. */
export function unclaimedOf(sql: Sql, now: number): Record<'hour' | 'day' | 'total', bigint> {
  const row = sql.get<Record<'hour' | 'day' | 'total', bigint>>(
    `SELECT coalesce(sum(msat) FILTER (WHERE at > :hourAgo), 0) AS hour,
            coalesce(sum(msat) FILTER (WHERE at > :dayAgo), 0) AS day,
            coalesce(sum(msat), 0) AS total
     FROM unclaimed`,
    { hourAgo: now - HOUR, dayAgo: now - DAY },
  );
  return row ?? { hour: 0n, day: 0n, total: 0n };
}

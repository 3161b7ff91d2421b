import { DAY, HOUR, type Msat, msat, sum } from '../base/index.ts';
import type { Sql } from '../sqlite/index.ts';
import type { Books, Reads } from '../task/store.ts';
import type { Follow } from './follow.ts';
import { unclaimedOf } from './restorations.ts';

/** The date of a sum that is still held: the end of time, so that no window ever lets go of it. */
const HELD = Number.MAX_SAFE_INTEGER;

const HOLD = `
  INSERT INTO spend (task_id, seq, owner, host, grant_name, msat, held, held_at, at)
  VALUES (:taskId, :seq, :owner, :host, :grant, :msat, 1, :at, ${HELD})`;
const NEWEST = 'task_id = :taskId AND seq = (SELECT max(seq) FROM spend WHERE task_id = :taskId)';
// Whether held or, wrongly, released: what is settled was spent. A clock that went back meanwhile must
// not date it before it was held.
const SETTLE = `
  UPDATE spend SET msat = :msat, held = 0, at = max(:at, held_at) WHERE ${NEWEST}`;
const RELEASE = `UPDATE spend SET msat = 0, held = 0, at = held_at WHERE ${NEWEST} AND held = 1`;

/** What each fact does to the sums: T1 holds, T2 spends, T3 frees. */
export const spend: Follow = {
  reserved: (sql, { owner, taskId, seq }, { host, grant = null, amount, feeLimit, at }) =>
    sql.run(HOLD, { taskId, seq, owner, host, grant, msat: sum(amount, feeLimit), at }),
  settled: (sql, { taskId }, { amount, fee, at }) =>
    sql.run(SETTLE, { taskId, msat: sum(amount, fee), at }),
  released: (sql, { taskId }) => sql.run(RELEASE, { taskId }),
};

/**
 * What an owner spent and holds in the windows that end now. What nobody claims may have gone to any host and
 * be any owner's, so everybody bears it.
 */
export function spendOf(sql: Sql, { owner, host, now }: Reads): Books['spend'] {
  const row = sql.get<Record<'hostDay' | 'hour' | 'day' | 'total', bigint>>(
    `SELECT coalesce(sum(msat) FILTER (WHERE host = :host), 0) AS hostDay,
            coalesce(sum(msat) FILTER (WHERE at > :hourAgo), 0) AS hour,
            coalesce(sum(msat), 0) AS day,
            coalesce((SELECT msat FROM spent_ever WHERE owner = :owner), 0) AS total
     FROM spend WHERE owner = :owner AND at > :dayAgo`,
    { owner, host, hourAgo: now - HOUR, dayAgo: now - DAY },
  );
  const { hostDay = 0n, hour = 0n, day = 0n, total = 0n } = row ?? {};
  const unclaimed = unclaimedOf(sql, now);
  return {
    hostDay: msat(hostDay + unclaimed.day),
    hour: msat(hour + unclaimed.hour),
    day: msat(day + unclaimed.day),
    total: msat(total + unclaimed.total),
    unclaimed: msat(unclaimed.day),
  };
}

/** What an owner spent and holds in the last 24 h under each rule or allowance. */
export function grantsOf(sql: Sql, owner: string, now: number): ReadonlyMap<string, Msat> {
  const rows = sql.all<{ grant: string; day: bigint }>(
    `SELECT grant_name AS "grant", sum(msat) AS day FROM spend
     WHERE owner = :owner AND at > :dayAgo AND grant_name IS NOT NULL GROUP BY grant_name`,
    { owner, dayAgo: now - DAY },
  );
  return new Map(rows.map(({ grant, day }) => [grant, msat(day)]));
}

/** The payments on their way: the wallet is one, so those of every owner count. */
export function inFlight(sql: Sql, host: string): Books['inFlight'] {
  const row = sql.get<{ host: bigint; every: bigint }>(
    `SELECT count(*) FILTER (WHERE host = :host) AS host, count(*) AS every
     FROM spend WHERE held = 1`,
    { host },
  );
  return { host: Number(row?.host), all: Number(row?.every) };
}

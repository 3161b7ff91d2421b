import { type AllowanceId, type Clock, msat, ZERO } from '../base/index.ts';
import type { Allowance } from '../policy/index.ts';
import type { Database, Sql } from '../sqlite/index.ts';
import type { Allowances } from '../task/store.ts';
import type { Follow } from './follow.ts';
import { grantsOf } from './spend.ts';

/** The allowances are those that humans gave while approving. */
export const allowance: Follow = {
  approved: (sql, { owner, taskId }, { allowance: given }) => {
    if (given === undefined) return;
    const { id, host, limit, expiresAt } = given;
    sql.run(
      `INSERT INTO allowance (id, task_id, owner, host, limit_msat, expires_at)
       VALUES (:id, :taskId, :owner, :host, :limit, :expiresAt)`,
      { id, taskId, owner, host, limit, expiresAt },
    );
  },
};

/** An owner's allowances that are neither revoked nor expired, oldest first. */
export function liveAllowances(sql: Sql, owner: string, now: number): readonly Allowance[] {
  const rows = sql.all<{ id: AllowanceId; host: string; most: bigint; expiresAt: bigint }>(
    `SELECT id, host, limit_msat AS most, expires_at AS expiresAt FROM allowance
     WHERE owner = :owner AND expires_at > :now
       AND NOT EXISTS (SELECT 1 FROM revocation WHERE allowance_id = id)
     ORDER BY rowid`,
    { owner, now },
  );
  return rows.map(({ id, host, most, expiresAt }) => ({
    id,
    host,
    limit: msat(most),
    expiresAt: Number(expiresAt),
  }));
}

/** The allowances as their owner sees them; `spent` is what the books count against the limit. */
export function openAllowances(db: Database, clock: Clock): Allowances {
  return {
    list: (owner, now) =>
      db.read(sql => {
        const spent = grantsOf(sql, owner, now);
        return liveAllowances(sql, owner, now).map(one => ({
          ...one,
          spent: spent.get(one.id) ?? ZERO,
        }));
      }),
    revoke: (owner, id) =>
      db.immediate(sql => {
        const at = clock.now();
        const live = liveAllowances(sql, owner, at).some(one => one.id === id);
        if (live)
          sql.run('INSERT INTO revocation (allowance_id, at) VALUES (:id, :at)', { id, at });
        return live;
      }),
  };
}

import { type Clock, TollkeeperError } from '../base/index.ts';
import type { Database, Sql } from '../sqlite/index.ts';
import type { KillSwitch, Pause } from '../task/store.ts';
import { recordPath } from './backup.ts';
import { withRecord } from './record-file.ts';

/** What a restore pauses for, by itself, until it is over: a pause that is written meanwhile would be written over. */
export const RESTORING = 'a restore is under way';
const SAY_AGAIN =
  'Spending is stopped for a restore: say it again when that is over, or resume first if none is under way.';

/** The kill switch: one row, dated by the clock given here. */
export function openKillSwitch(db: Database, clock: Clock): KillSwitch {
  return {
    read: () => db.read(pauseOf),
    pause: reason =>
      db.immediate(sql => {
        if (pauseOf(sql)?.reason === RESTORING)
          throw new TollkeeperError('store_unavailable', SAY_AGAIN);
        return stopSpending(sql, { at: clock.now(), reason });
      }),
    resume: () =>
      db.immediate(sql => {
        const release = 'UPDATE kill_switch SET paused_at = NULL, reason = NULL';
        return sql.run(`${release} WHERE paused_at IS NOT NULL`) > 0;
      }),
  };
}

/**
 * Works with the kill switch of a data directory alone: stopping must need neither keys nor a passphrase.
 * Rejects with `store_unavailable`, `store_corrupt` or `store_newer`.
 */
export function withKillSwitch<T>(
  home: string,
  clock: Clock,
  work: (killSwitch: KillSwitch) => Promise<T>,
): Promise<T> {
  return withRecord(recordPath(home), db => work(openKillSwitch(db, clock)));
}

/** Pauses spending; false, and nothing changed, where it is paused already. */
export function stopSpending(sql: Sql, { at, reason }: Pause): boolean {
  const stop = 'UPDATE kill_switch SET paused_at = :at, reason = :reason';
  return sql.run(`${stop} WHERE paused_at IS NULL`, { at, reason: reason ?? null }) > 0;
}

/** The pause that holds now, if any. */
export function pauseOf(sql: Sql): Pause | undefined {
  const row = sql.get<{ at: bigint | null; reason: string | null }>(
    'SELECT paused_at AS at, reason FROM kill_switch',
  );
  if (row === undefined || row.at === null) return undefined;
  return { at: Number(row.at), reason: row.reason ?? undefined };
}

import { HOUR } from '../base/index.ts';
import type { Sql } from '../sqlite/index.ts';
import type { Books, Reads } from '../task/store.ts';
import type { Follow, Place } from './follow.ts';

const ASK = `
  INSERT INTO ask (id, task_id, owner, host, asked_at, expires_at, declined)
  VALUES (:askId, :taskId, :owner, :host, :at, :expiresAt, 0)`;
const CLOSE = `
  UPDATE ask SET answered_at = :at, declined = :declined
  WHERE task_id = :taskId AND answered_at IS NULL`;

/** A task has one open question at most: whatever moves it on, or asks anew, closes the one before. */
const close = (sql: Sql, { taskId }: Place, { at }: { readonly at: number }) =>
  sql.run(CLOSE, { taskId, at, declined: 0 });

/** What each fact does to the questions put to humans. */
export const asks: Follow = {
  asked: (sql, place, { askId, host, at, expiresAt }) => {
    close(sql, place, { at });
    const { taskId, owner } = place;
    sql.run(ASK, { askId, taskId, owner, host, at, expiresAt });
  },
  declined: (sql, { taskId }, { at }) => sql.run(CLOSE, { taskId, at, declined: 1 }),
  approved: close,
  expired: close,
  cancelled: close,
  denied: close,
  failed: close,
  renewed: close,
};

/** How much an owner's human was asked lately, and when they last said no to the host. */
export function asksOf(sql: Sql, { owner, host, now }: Reads): Books['asks'] {
  const row = sql.get<{ pending: bigint; lastHour: bigint; deniedAt: bigint }>(
    `SELECT
       (SELECT count(*) FROM ask
        WHERE owner = :owner AND answered_at IS NULL AND expires_at > :now) AS pending,
       (SELECT count(*) FROM ask WHERE owner = :owner AND asked_at > :hourAgo) AS lastHour,
       (SELECT coalesce(max(answered_at), 0) FROM ask
        WHERE owner = :owner AND host = :host AND declined = 1) AS deniedAt`,
    { owner, host, now, hourAgo: now - HOUR },
  );
  return {
    pending: Number(row?.pending),
    lastHour: Number(row?.lastHour),
    deniedAt: Number(row?.deniedAt),
  };
}

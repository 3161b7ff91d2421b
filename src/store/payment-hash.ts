import type { TaskId } from '../base/index.ts';
import type { Sql } from '../sqlite/index.ts';
import type { Follow } from './follow.ts';

/** A payment hash belongs to the first task that reserved for it. */
export const paymentHash: Follow = {
  reserved: (sql, { taskId }, { paymentHash: hash }) =>
    sql.run(
      `INSERT INTO payment_hash (hash, task_id) VALUES (:hash, :taskId)
       ON CONFLICT (hash) DO NOTHING`,
      { hash, taskId },
    ),
};

/** The task that a payment hash belongs to, if any. */
export function hashTask(sql: Sql, hash: string): TaskId | undefined {
  return sql.get<{ id: TaskId }>('SELECT task_id AS id FROM payment_hash WHERE hash = :hash', {
    hash,
  })?.id;
}

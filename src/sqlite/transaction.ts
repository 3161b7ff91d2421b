import type { DatabaseSync } from 'node:sqlite';

/** Runs `work` between `begin` and COMMIT; if either throws, nothing of it stays. */
export function transaction<T>(
  connection: DatabaseSync,
  begin: 'BEGIN' | 'BEGIN IMMEDIATE',
  work: () => T,
): T {
  connection.exec(begin);
  try {
    const result = work();
    connection.exec('COMMIT');
    return result;
  } catch (thrown) {
    // SQLite rolls back by itself after some errors, such as a full disk.
    if (connection.isTransaction) connection.exec('ROLLBACK');
    throw thrown;
  }
}

import { join } from 'node:path';
import { copyDatabase, rowOf } from '../sqlite/index.ts';

/** The record's file in a data directory. */
export function recordPath(home: string): string {
  return join(home, 'tollkeeper.db');
}

/** What a copy of a record holds. */
export interface Contents {
  readonly purchases: number;
  /** When its newest fact was written, ms; undefined if it knows nothing. */
  readonly newest: number | undefined;
}

/**
 * Copies the record of a data directory, as it is at this moment, into a new file (0600), whoever works with
 * it meanwhile. Its secrets open only with the keys of that directory, which are not in it. Rejects with
 * `invalid_input` if the file exists, `store_unavailable` or `store_corrupt`.
 */
export async function backUp(home: string, file: string): Promise<Contents> {
  await copyDatabase(recordPath(home), file);
  return contentsOf(file);
}

const CONTENTS = `
  SELECT (SELECT count(*) FROM task) AS purchases,
         (SELECT json_extract(body, '$.at') FROM fact ORDER BY number DESC LIMIT 1) AS newest`;

/** Looks into a copy of a record, which stays as it is. Rejects with `store_unavailable` or `store_corrupt`. */
export async function contentsOf(file: string): Promise<Contents> {
  const row = await rowOf<{ purchases: bigint; newest: bigint | null }>(file, CONTENTS);
  const { purchases = 0n, newest = null } = row ?? {};
  return {
    purchases: Number(purchases),
    newest: newest === null ? undefined : Number(newest),
  };
}

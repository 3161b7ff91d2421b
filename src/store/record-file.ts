import { type Database, openDatabase } from '../sqlite/index.ts';
import { APPLICATION_ID, MIGRATIONS } from './schema.ts';

/**
 * Opens the file of a record without its keys, making it if there is none. Rejects with `store_unavailable`,
 * `store_corrupt` or `store_newer`.
 */
export function openRecord(path: string): Promise<Database> {
  return openDatabase({ path, applicationId: APPLICATION_ID, migrations: MIGRATIONS });
}

/** Works with the file of a record, and closes it whatever comes of it. */
export async function withRecord<T>(path: string, work: (db: Database) => Promise<T>): Promise<T> {
  const db = await openRecord(path);
  try {
    return await work(db);
  } finally {
    db.close();
  }
}

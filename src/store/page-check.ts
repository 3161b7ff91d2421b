import { TollkeeperError } from '../base/index.ts';
import type { Database } from '../sqlite/index.ts';

/** Reads every page of the record (sqlite.org/pragma.html#pragma_quick_check). Rejects with `store_corrupt`. */
export async function checkPages(db: Database): Promise<void> {
  const found = await db.read(sql => sql.get<{ quick_check: string }>('PRAGMA quick_check(1)'));
  if (found?.quick_check !== 'ok') throw new TollkeeperError('store_corrupt');
}

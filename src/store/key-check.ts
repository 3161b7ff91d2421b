import type { Sealer } from '../secrets/index.ts';
import type { Database } from '../sqlite/index.ts';

const PURPOSE = 'key-check';

/**
 * Makes sure that the keys at hand are those that the record was begun with: otherwise what was paid
 * for could not be opened again, and that is better known before paying. Rejects with `key_unavailable`.
 */
export async function checkKey(db: Database, sealer: Sealer): Promise<void> {
  const read = 'SELECT sealed FROM key_check';
  const kept = await db.read(sql => sql.get<{ sealed: Uint8Array }>(read));
  if (kept !== undefined) return void sealer.open(PURPOSE, kept.sealed);
  await db.immediate(sql => {
    const sealed = sealer.seal(PURPOSE, new Uint8Array());
    sql.run('INSERT INTO key_check (one, sealed) VALUES (1, :sealed) ON CONFLICT DO NOTHING', {
      sealed,
    });
  });
  return checkKey(db, sealer);
}

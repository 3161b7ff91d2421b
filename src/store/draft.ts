import { type Clock, DAY } from '../base/index.ts';
import type { Sealer } from '../secrets/index.ts';
import { copyDatabase } from '../sqlite/index.ts';
import type { Pause } from '../task/store.ts';
import { type Contents, contentsOf } from './backup.ts';
import { disarm } from './disarm.ts';
import { checkKey } from './key-check.ts';
import { stopSpending } from './kill-switch.ts';
import { closePaywalls } from './paywall-closing.ts';
import { withRecord } from './record-file.ts';

/**
 * Copies a backup to where it can be worked on, and makes sure that it is a whole record, of a version and with
 * keys that we have. Rejects with `store_corrupt`, `store_newer`, `key_unavailable` or `store_unavailable`.
 */
export async function openDraft(file: string, draft: string, sealer: Sealer): Promise<Contents> {
  // It reads every page of the backup, and writes sound ones.
  await copyDatabase(file, draft);
  await withRecord(draft, db => checkKey(db, sealer));
  return contentsOf(draft);
}

/** What a copy of a backup has to know to become the record. */
interface Start {
  /** When the newest fact of the backup was written, ms. */
  readonly newest: number | undefined;
  /** The newest number of the lease of the record that it replaces. */
  readonly fence: number;
  /** The pause of that record. */
  readonly pause: Pause | undefined;
}

/** What had to be ended for a restore, because nobody can tell what became of it since the backup was made. */
export interface Ended {
  /** Purchases whose approvals may have been used up. */
  readonly cancelled: number;
  /** Paywalls that may have been stopped. */
  readonly paused: number;
}

/** Makes the copy of a backup fit to go on from. */
export function prepareDraft(
  draft: string,
  { sealer, clock }: { readonly sealer: Sealer; readonly clock: Clock },
  { newest = 0, fence, pause }: Start,
): Promise<Ended> {
  return withRecord(draft, db =>
    db.immediate(sql => {
      const now = clock.now();
      // Numbers count takeovers, so ms since 1970 are above all that were given: none is ever given again.
      const least = Math.max(fence, now);
      sql.run('UPDATE lease SET fence = max(fence, :least) + 1, holder = NULL', { least });
      sql.run(
        `INSERT INTO revocation (allowance_id, at) SELECT id, :now FROM allowance
         WHERE true ON CONFLICT (allowance_id) DO NOTHING`,
        { now },
      );
      if (pause !== undefined) stopSpending(sql, pause);
      // A day more, because clocks err; what is in the record already is not counted twice.
      // A clock that was ahead then says nothing: all that the wallet ever paid is held against it.
      const since = newest > now ? 0 : newest - DAY;
      sql.run('INSERT OR REPLACE INTO restoration VALUES (:now, :since, NULL)', { now, since });
      return { cancelled: disarm(sql, sealer, now), paused: closePaywalls(sql, sealer, now) };
    }),
  );
}

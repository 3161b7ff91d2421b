import { type Clock, SECOND } from '../base/index.ts';
import type { Database, Sql } from '../sqlite/index.ts';
import type { Lease } from '../task/store.ts';

/** How long a lease stays fresh without a beat, in ms. */
const FRESH: number = 10 * SECOND;

interface Row {
  readonly fence: bigint;
  readonly holder: string | null;
  readonly beatAt: bigint;
}

const READ = 'SELECT fence, holder, beat_at AS beatAt FROM lease';

/** The executor lease: one row, dated by the clock given here. */
export function openLease(db: Database, clock: Clock): Lease {
  return {
    take: holder =>
      db.immediate(sql => {
        if (freshHolder(sql.get<Row>(READ), clock.now()) !== undefined) return undefined;
        sql.run('UPDATE lease SET fence = fence + 1, holder = :holder, beat_at = :now', {
          holder,
          now: clock.now(),
        });
        return fenceOf(sql);
      }),
    beat: fence =>
      db.immediate(sql => {
        const mine = 'UPDATE lease SET beat_at = :now WHERE fence = :fence AND holder IS NOT NULL';
        return sql.run(mine, { fence, now: clock.now() }) === 1;
      }),
    release: fence =>
      db.immediate(sql => {
        sql.run('UPDATE lease SET holder = NULL WHERE fence = :fence', { fence });
      }),
    holder: () => db.read(sql => freshHolder(sql.get<Row>(READ), clock.now())),
  };
}

/** The newest fencing number; 0 before the first holder. */
export function fenceOf(sql: Sql): number {
  return Number(sql.get<Row>(READ)?.fence ?? 0n);
}

function freshHolder(
  row: Row | undefined,
  now: number,
): { readonly holder: string; readonly fence: number } | undefined {
  if (row === undefined || row.holder === null) return undefined;
  // A beat from far ahead was dated by a clock since put back: it must not hold the lease for years.
  const fresh = Math.abs(now - Number(row.beatAt)) <= FRESH;
  return fresh ? { holder: row.holder, fence: Number(row.fence) } : undefined;
}

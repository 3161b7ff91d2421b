import { type Clock, SECOND, TollkeeperError } from '../base/index.ts';
import type { Database, Sql } from '../sqlite/index.ts';
import type { Lease } from '../task/store.ts';
import { thisMachine } from './machine.ts';

/** How long a lease stays fresh without a beat, in ms. */
const FRESH: number = 10 * SECOND;

interface Row {
  readonly fence: bigint;
  readonly holder: string | null;
  readonly machine: string | null;
  readonly beatAt: bigint;
}

const READ = 'SELECT fence, holder, machine, beat_at AS beatAt FROM lease';

const TAKE = `
  UPDATE lease SET fence = fence + 1, holder = :holder, machine = :machine, beat_at = :now`;

/**
 * The executor lease: one row, dated by the clock given here. Taking it rejects with `store_unavailable`
 * while another machine holds it.
 */
export function openLease(db: Database, clock: Clock, machine: string = thisMachine()): Lease {
  return {
    take: holder =>
      db.immediate(sql => {
        const now = clock.now();
        refuseOther(sql, now, machine);
        if (freshHolder(sql.get<Row>(READ), now) !== undefined) return undefined;
        sql.run(TAKE, { holder, machine, now });
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

/**
 * Rejects with `store_unavailable` while another machine holds the lease: whatever the file system calls
 * itself, what two machines write to one record is lost on it.
 */
export function refuseOther(sql: Sql, now: number, machine: string): void {
  const row = sql.get<Row>(READ);
  if (freshHolder(row, now) === undefined || row?.machine === machine) return;
  const detail =
    'Another machine is using this data directory. End Tollkeeper there, or choose a local directory with --home or TOLLKEEPER_HOME.';
  throw new TollkeeperError('store_unavailable', detail);
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

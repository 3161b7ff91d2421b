import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { asTollkeeperError, type Clock, SECOND, TollkeeperError } from '../base/index.ts';
import { copyPages, type Sql } from '../sqlite/index.ts';
import type { Lease, Pause } from '../task/store.ts';
import { pauseOf, RESTORING, stopSpending } from './kill-switch.ts';
import { openLease } from './lease.ts';
import { openRecord } from './record-file.ts';

/** How long a restore waits for whoever pays to give the lease back, in ms. */
const PATIENCE = 15 * SECOND;
const LOOK_MS: number = SECOND / 4;

/** A record that is about to be replaced: nobody pays from it any more. */
export interface Replaced extends Held {
  /** Where it is kept from now on; undefined if there was none. */
  readonly kept: string | undefined;
  /** Whether it could not be read. */
  readonly damaged: boolean;
}

interface Held {
  /** The lease's number, which is ours. */
  readonly fence: number;
  /** The pause that there was; the restore has one of its own until it is over. */
  readonly pause: Pause | undefined;
  /** Whether nobody else has taken the lease meanwhile. */
  isOurs(): Promise<boolean>;
  /** Gives the lease back. */
  close(): Promise<void>;
}

/**
 * Takes the lease of a record and keeps a copy of it under a name of its own; one that nobody can read makes way
 * for an empty one. Rejects with `store_unavailable` while another process pays, or `store_newer`.
 */
export async function takeOver(path: string, clock: Clock): Promise<Replaced> {
  if (!existsSync(path)) return { ...(await hold(path, clock)), kept: undefined, damaged: false };
  const kept = `${path}.before-${new Date(clock.now()).toISOString().replaceAll(':', '-')}`;
  try {
    const held = await hold(path, clock, () => copyPages(path, kept));
    return { ...held, kept, damaged: false };
  } catch (thrown) {
    if (asTollkeeperError(thrown).code !== 'store_corrupt') throw thrown;
  }
  await moveAside(path, kept);
  const held = await hold(path, clock);
  // It may have been paused, which nobody can tell any more.
  const pause = { at: clock.now(), reason: 'the record before the restore could not be read' };
  return { ...held, pause, kept, damaged: true };
}

/** That another process has, or took, the right to pay. */
export function othersPay(): TollkeeperError {
  const detail = 'Another process pays from it: end `tollkeeper up` and the MCP clients first.';
  return new TollkeeperError('store_unavailable', detail);
}

async function hold(
  path: string,
  clock: Clock,
  keep: () => Promise<void> = async () => undefined,
): Promise<Held> {
  const db = await openRecord(path);
  const lease = openLease(db, clock);
  let fence: number | undefined;
  const close = async (): Promise<void> => {
    try {
      if (fence === undefined) return;
      await db.immediate(lift);
      await lease.release(fence);
    } finally {
      db.close();
    }
  };
  try {
    const ours = await takeLease(lease, clock);
    fence = ours;
    await keep();
    const at = clock.now();
    const pause = await db.immediate(sql => stop(sql, at));
    return { fence: ours, pause, isOurs: () => lease.beat(ours), close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** Pauses spending for the restore; returns the pause that there was before. */
function stop(sql: Sql, at: number): Pause | undefined {
  const pause = pauseOf(sql);
  stopSpending(sql, { at, reason: RESTORING });
  return pause?.reason === RESTORING ? undefined : pause;
}

/** Ends the restore's own pause, where it is still there. */
function lift(sql: Sql): void {
  const own = 'WHERE reason = :reason';
  sql.run(`UPDATE kill_switch SET paused_at = NULL, reason = NULL ${own}`, { reason: RESTORING });
}

async function takeLease(lease: Lease, clock: Clock): Promise<number> {
  for (const deadline = clock.now() + PATIENCE; ; ) {
    const fence = await lease.take('restore');
    if (fence !== undefined) return fence;
    if (clock.now() > deadline) throw othersPay();
    await clock.after(LOOK_MS);
  }
}

async function moveAside(path: string, name: string): Promise<void> {
  for (const suffix of ['-wal', '-shm', ''])
    await rename(`${path}${suffix}`, `${name}${suffix}`).catch(unlessMissing);
}

function unlessMissing(cause: NodeJS.ErrnoException): void {
  if (cause.code === 'ENOENT') return;
  throw new TollkeeperError('store_unavailable', 'The old record cannot be moved.', { cause });
}

import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Clock, ok, type Result, refuse, TollkeeperError } from '../base/index.ts';
import { createFile, readIfThere, replaceFile } from '../secrets/index.ts';
import { isAlive, processIn, processOf } from './process-id.ts';
import type { ProcessId } from './state.ts';

/** A lock that one process at a time has, and that dies with it. */
export interface Lock {
  /** The process that has it: this one. */
  readonly holder: ProcessId;
  /** False once the file was taken away or given to another, which only a human's hand does. */
  isHeld(): Promise<boolean>;
  release(): Promise<void>;
}

/** Who has a lock. The id is of this one taking of it. */
interface Holder extends ProcessId {
  readonly id: string;
}

/** How often a lock that changes hands meanwhile is tried. */
const MOST_TRIES = 5;
/** How many takers of a lock may have died one after another while they took it. */
const MOST_DEAD = 5;

/** Takes the lock at a path; refused with `node_busy` while another process has it, or is about to. */
export async function takeLock(path: string): Promise<Result<Lock>> {
  const own = processOf(process.pid);
  if (own === undefined) throw new TollkeeperError('internal_error');
  const me: Holder = { ...own, id: randomUUID() };
  if (!(await claim(path, me, MOST_DEAD))) return refuse('node_busy');
  const isHeld = async () => (await holder(path).catch(() => undefined))?.id === me.id;
  return ok({
    holder: own,
    isHeld,
    async release() {
      if (await isHeld()) await rm(path, { force: true });
    },
  });
}

/** How often it is tried again to take a lock that another process has, ms. */
const RETRY_MS = 50;

/** The same as `takeLock`, which waits so long for its turn (ms). */
export async function awaitLock(path: string, clock: Clock, ms: number): Promise<Result<Lock>> {
  const until = clock.now() + ms;
  for (;;) {
    const lock = await takeLock(path);
    if (lock.ok || clock.now() >= until) return lock;
    await clock.after(RETRY_MS);
  }
}

/** The process that has the lock, if it still runs. */
export async function holderOf(path: string): Promise<ProcessId | undefined> {
  const found = await holder(path).catch(() => undefined);
  return found && isAlive(found) ? { pid: found.pid, startedAt: found.startedAt } : undefined;
}

/**
 * Claims a file for its holder. A file of a dead holder may be replaced only by who has the claim of that very holder,
 * a file beside it that is claimed in the same way: so nobody replaces what another has replaced already.
 */
async function claim(path: string, me: Holder, depth: number): Promise<boolean> {
  if (depth === 0) return false;
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    if (await createFile(path, textOf(me))) return true;
    const found = await holder(path);
    if (found === undefined) continue;
    if (isAlive(found)) return false;
    if (await succeed(path, found, me, depth)) return true;
  }
  return false;
}

/** Takes the place of a dead holder, if it still is the holder once its claim is ours. */
async function succeed(path: string, dead: Holder, me: Holder, depth: number): Promise<boolean> {
  const succession = `${path}.${dead.id}`;
  if (!(await claim(succession, me, depth - 1))) return false;
  try {
    if ((await holder(path))?.id !== dead.id) return false;
    await replaceFile(path, textOf(me));
    return true;
  } finally {
    await rm(succession, { force: true });
  }
}

function textOf(me: Holder): string {
  return `${JSON.stringify(me)}\n`;
}

/** Who a file names; undefined if there is none. A damaged one is held by nobody knows whom, so it stays held. */
async function holder(path: string): Promise<Holder | undefined> {
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  try {
    const written = JSON.parse(text.toString());
    const found = processIn(written);
    // The id becomes a part of a file's name.
    if (found && /^[0-9a-f-]{36}$/.test(written.id)) return { ...found, id: written.id };
  } catch {
    // Not JSON: answered below.
  }
  throw new TollkeeperError(
    'node_busy',
    `${basename(path)} is damaged; remove it if no other process has charge of the node.`,
  );
}

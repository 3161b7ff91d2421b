import { existsSync } from 'node:fs';
import { SECOND } from '../base/index.ts';
import type { ChannelBackup } from './channel-backup.ts';
import { type Provisions, walletOf } from './launch.ts';
import type { Lock } from './lock.ts';
import type { Mind } from './mind.ts';
import { type Heard, type Observation, SILENCE } from './observation.ts';
import { isAlive, isTaken } from './process-id.ts';
import type { Run } from './run-record.ts';
import { openTalk, type Talk } from './talk.ts';
import type { Vault } from './vault.ts';
import { readWish } from './wish.ts';

/** What a keeper needs to have charge of a node. */
export interface KeeperOptions extends Provisions {
  readonly vault: Vault;
  /** Where the channel backup is copied to, by the settings of the moment; undefined for nowhere. */
  readonly backupDirectory: () => string | undefined;
}

/** The charge of one node: what its keeper stands on from one look to the next. */
export interface Charge extends KeeperOptions {
  readonly lock: Lock;
  readonly backup: ChannelBackup;
  mind: Mind;
  /** With the lnd that runs. */
  talk: Talk | undefined;
  heard: Heard;
  /** When that was heard, ms since 1970. */
  heardAt: number;
  /** What is being said to lnd now: one thing at a time. */
  errand: Promise<void> | undefined;
  /** How and when the keeper was told to end. */
  closing: { readonly leave: boolean; readonly at: number } | undefined;
  /** Aborted when there is reason to look at once. */
  nudge: AbortController;
}

/** How often a settled lnd is asked how it is, ms; and one that starts. */
const SETTLED_MS: number = 2 * SECOND;
const STARTING_MS: number = SECOND / 4;
/** One that is not settled by then is asked less often, ms. */
const STARTING_FOR_MS: number = 60 * SECOND;

/** Makes a keeper look at once. */
export function nudge(charge: Charge): void {
  charge.nudge.abort();
}

/** Turns to another lnd, or to none. */
export function attend(charge: Charge, run: Run | undefined): void {
  charge.talk?.close();
  charge.talk = run && openTalk({ ...charge, socket: run.socket });
  charge.heard = SILENCE;
  charge.heardAt = Number.NEGATIVE_INFINITY;
}

/** Looks at all that can be seen without waiting. */
export function look(charge: Charge, now: number): Observation {
  const { place, mind, closing, heard, backup } = charge;
  const { want, at } = readWish(place);
  return {
    ...heard,
    want: closing?.leave === false ? 'stopped' : want,
    wishedAt: at,
    isAlive: mind.current !== undefined && runs(mind.current.run, isDue(charge, now)),
    hasWallet: existsSync(walletOf(place)),
    backup: backup.code(),
  };
}

/** Between two thorough looks a glance does: it is not told that way from a later process with its number. */
function runs({ lnd }: Run, isThorough: boolean): boolean {
  return isTaken(lnd.pid) && (!isThorough || isAlive(lnd));
}

/** Whether it is time to ask lnd how it is. */
export function isDue({ mind, heard, heardAt }: Charge, now: number): boolean {
  const isSettled = !['silent', 'waiting', 'unlocked'].includes(heard.stage);
  const since = mind.current?.run.at;
  const isNew = since !== undefined && Math.abs(now - since) < STARTING_FOR_MS;
  const pace = isNew && !isSettled ? STARTING_MS : SETTLED_MS;
  return Math.abs(now - heardAt) >= pace;
}

/**
 * Does one thing with lnd, apart from the keeper's rounds, which go on meanwhile; false if it was not begun, for
 * something else is being said. Whatever it throws is logged.
 */
export function send(charge: Charge, errand: (talk: Talk) => Promise<void>): boolean {
  const { talk } = charge;
  if (talk === undefined || charge.errand !== undefined) return false;
  charge.errand = errand(talk)
    .catch((error: unknown) => charge.log.error({ error }, 'an errand to lnd failed'))
    .finally(() => {
      charge.errand = undefined;
      nudge(charge);
    });
  return true;
}

/** Asks lnd how it is. An answer that comes when another run is attended to counts no more. */
export async function listen(charge: Charge, talk: Talk): Promise<void> {
  const heard = await talk.hear();
  if (charge.talk !== talk) return;
  charge.heard = heard;
  charge.heardAt = charge.clock.now();
  void charge.backup.look();
}

import { MINUTE, ok, type Result, SECOND } from '../base/index.ts';
import { type Bulletin, openBulletin } from './bulletin.ts';
import { openChannelBackup } from './channel-backup.ts';
import {
  attend,
  type Charge,
  isDue,
  type KeeperOptions,
  listen,
  look,
  nudge,
  send,
} from './charge.ts';
import { type Lock, takeLock } from './lock.ts';
import { afterLook, type Mind, newMind } from './mind.ts';
import { make } from './moves.ts';
import { nextMove } from './next-move.ts';
import { SILENCE } from './observation.ts';
import type { NodePlace } from './place.ts';
import { isAlive, signal } from './process-id.ts';
import { endRecovery } from './recovery.ts';
import { readRun } from './run-record.ts';
import type { NodeState } from './state.ts';
import { statusOf } from './status.ts';
import { readWish, type Wish } from './wish.ts';

/** Whoever has charge of a node: it runs while it is wanted to, unlocked, and is started again when it ends. */
export interface Keeper {
  state(): NodeState;
  /** What was last wished of the node. */
  wanted(): Wish['want'];
  /** Resolves when the state has changed, or the signal aborts. */
  changed(signal?: AbortSignal): Promise<void>;
  /** Gives the charge up; lnd is left as it is, or stopped first, for which it gets a minute, or until it is left after all. */
  close(options: { readonly leave: boolean }): Promise<void>;
}

/** How often a keeper looks, ms: what is wished is done, and an end is seen, within that. */
const GLANCE_MS: number = SECOND / 4;
/** How long lnd may take to end before a keeper that was told to stop it goes without that, ms. */
const GRACE_MS: number = 1 * MINUTE;
/** How long a keeper that ends waits for what it is just saying to lnd, and for the last copy, ms. */
const HASTE_MS: number = 5 * SECOND;

/**
 * Takes charge of a node, and of the lnd that an earlier keeper started there and left. Refused with `node_busy` while
 * another process has charge of it. What is wished of the node then happens; see `wish`.
 */
export async function openKeeper(options: KeeperOptions): Promise<Result<Keeper>> {
  const { place, clock } = options;
  const lock = await takeLock(place.lock);
  if (!lock.ok) return lock;
  const charge = newCharge(options, lock.value);
  const bulletin = openBulletin(options, tell(charge));
  const ended = keep(charge, bulletin);
  return ok({
    state: bulletin.state,
    wanted: () => readWish(place).want,
    changed: bulletin.changed,
    close({ leave }) {
      const { closing } = charge;
      charge.closing = { leave: leave || closing?.leave === true, at: closing?.at ?? clock.now() };
      nudge(charge);
      return ended;
    },
  });
}

/** Ends lnd at once, if it is the one that was started here; true if it was there to be ended. For a human's word alone. */
export function killNode(place: NodePlace): boolean {
  const run = readRun(place);
  return run !== undefined && signal(run.lnd, 'SIGKILL');
}

function newCharge(options: KeeperOptions, lock: Lock): Charge {
  const { place, backupDirectory, clock, log } = options;
  const run = readRun(place);
  const found = run && isAlive(run.lnd) ? run : undefined;
  if (found) log.info({ ...found }, 'lnd runs already, and is kept from here on');
  const charge: Charge = {
    ...options,
    lock,
    backup: openChannelBackup(place, backupDirectory, clock, log),
    mind: newMind(found),
    talk: undefined,
    heard: SILENCE,
    heardAt: Number.NEGATIVE_INFINITY,
    errand: undefined,
    closing: undefined,
    nudge: new AbortController(),
  };
  attend(charge, found);
  return charge;
}

/** Looks, makes the next move, tells the state, again, until the keeper is closed. Never rejects. */
async function keep(charge: Charge, bulletin: Bulletin): Promise<void> {
  const { clock, log } = charge;
  while (!isOver(charge)) {
    charge.nudge = new AbortController();
    const isBusy = await round(charge, bulletin).catch((error: unknown) => {
      log.error({ error }, 'a look at the node failed');
      return false;
    });
    if (!isBusy) await clock.after(GLANCE_MS, charge.nudge.signal);
  }
  await leave(charge);
}

function isOver({ closing, mind, clock }: Charge): boolean {
  if (closing === undefined) return false;
  return closing.leave || mind.current === undefined || clock.now() - closing.at > GRACE_MS;
}

/** One look and one move; true if there is reason to look again at once. */
async function round(charge: Charge, bulletin: Bulletin): Promise<boolean> {
  const now = charge.clock.now();
  if (charge.mind.current?.stop === undefined && isDue(charge, now)) {
    send(charge, talk => listen(charge, talk));
  }
  const seen = look(charge, now);
  const before = charge.mind;
  charge.mind = afterLook(before, seen, now);
  await notice(charge, before);
  const move = nextMove(charge.mind, seen, now);
  // A node that is given up is told of once its last lines are there to be told.
  if (move.kind !== 'give_up') bulletin.publish(tell(charge));
  return make(charge, move);
}

/** Does what goes with a change, and writes it to the log. */
async function notice(charge: Charge, before: Mind): Promise<void> {
  const { mind, place, log } = charge;
  if (before.current !== undefined && mind.current === undefined) {
    const { run, wasReady } = before.current;
    log.info({ lnd: run.lnd, crashes: mind.crashes, wasReady }, 'lnd ended');
    attend(charge, undefined);
    // What it wrote last nobody has looked at.
    void charge.backup.look();
  }
  if (!before.current?.wasReady && mind.current?.wasReady) {
    log.info({ lnd: mind.current.run.lnd }, 'lnd is ready');
    await endRecovery(place);
  }
}

function tell(charge: Charge): NodeState {
  const now = charge.clock.now();
  return statusOf(charge.mind, look(charge, now), now, charge.lock.holder);
}

async function leave(charge: Charge): Promise<void> {
  const over = new AbortController();
  charge.talk?.close();
  const last = Promise.all([charge.errand, charge.backup.look()]);
  await Promise.race([last, charge.clock.after(HASTE_MS, over.signal)]);
  over.abort();
  // What was being said meanwhile may have dialled again.
  charge.talk?.close();
  await charge.lock.release();
}

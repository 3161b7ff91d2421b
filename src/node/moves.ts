import { type Result, refuse } from '../base/index.ts';
import { attend, type Charge, listen, nudge, send } from './charge.ts';
import { type Launched, launch, prepare } from './launch.ts';
import { lastLines } from './log-tail.ts';
import {
  afterFailedUnlock,
  afterGivingUp,
  afterRefusal,
  afterStart,
  afterStop,
  afterUnlock,
} from './mind.ts';
import type { Move } from './next-move.ts';
import { signal } from './process-id.ts';
import { readWish } from './wish.ts';

/** How many of its last lines are kept of an lnd that was given up. */
const LAST_LINES = 40;

/** Makes a move; false if nothing is left to do until something changes. */
export async function make(charge: Charge, { kind }: Move): Promise<boolean> {
  switch (kind) {
    case 'start':
      await start(charge);
      return true;
    case 'unlock':
      return unlock(charge);
    case 'stop':
    case 'renew':
      stop(charge, kind === 'stop' ? 'wish' : 'certificate');
      return true;
    case 'give_up':
      await giveUp(charge);
      return true;
    case 'wait':
    case 'rest':
      return false;
  }
}

async function start(charge: Charge): Promise<void> {
  const { clock, log } = charge;
  const launched = await begun(charge);
  if (launched === undefined) return;
  if (!launched.ok) {
    log.error({ code: launched.code, detail: launched.detail }, 'lnd cannot be started');
    charge.mind = afterRefusal(charge.mind, launched.code, clock.now());
    return;
  }
  const { run, ended } = launched.value;
  log.info({ ...run }, 'lnd was started');
  charge.mind = afterStart(charge.mind, run);
  attend(charge, run);
  void ended.then(() => nudge(charge));
}

/** Starts lnd; undefined where it is wanted no more once everything is ready. */
async function begun(charge: Charge): Promise<Result<Launched> | undefined> {
  const prepared = await prepare(charge);
  if (!prepared.ok) return prepared;
  // That took a while: the wish may be another by now, and somebody may have taken the lock away.
  if (!(await charge.lock.isHeld())) return refuse('node_busy');
  const isWanted = charge.closing === undefined && readWish(charge.place).want === 'running';
  return isWanted ? launch(prepared.value, charge) : undefined;
}

/** Begins to open the wallet; false while something else is said to lnd, which may be just that. */
function unlock(charge: Charge): boolean {
  return send(charge, async talk => {
    const unlocking = await talk.unlock();
    if (charge.talk !== talk) return;
    charge.log.info({ outcome: unlocking.kind }, 'the wallet was asked to open');
    const wrong = unlocking.kind === 'wrong' ? unlocking.password : undefined;
    charge.mind =
      unlocking.kind === 'opened'
        ? afterUnlock(charge.mind)
        : afterFailedUnlock(charge.mind, wrong, charge.clock.now());
    await listen(charge, talk);
  });
}

/** Asks lnd to end: by its own means, which are the gentlest, or else by the system's. It is never forced. */
function stop(charge: Charge, why: 'wish' | 'certificate'): void {
  const { talk, log, clock, mind } = charge;
  charge.mind = afterStop(mind, why, clock.now());
  const lnd = mind.current?.run.lnd;
  if (lnd === undefined) return;
  const ask = async (): Promise<void> => {
    const isAsked = why === 'wish' && (await talk?.stop()) === true;
    const isSignalled = !isAsked && signal(lnd, 'SIGTERM');
    log.info({ lnd, why, isAsked, isSignalled }, 'lnd was told to end');
  };
  ask().catch((error: unknown) => log.error({ error, lnd }, 'lnd could not be told to end'));
}

async function giveUp(charge: Charge): Promise<void> {
  const lines = await lastLines(charge.place, LAST_LINES);
  charge.log.error({ lines }, 'lnd ended too often, and is given up');
  charge.mind = afterGivingUp(charge.mind, lines);
}

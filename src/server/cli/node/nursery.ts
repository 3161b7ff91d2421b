import { ok, type Result, refuse, SECOND } from '../../../base/index.ts';
import {
  doorOf,
  type Keeper,
  type Nursery,
  openUnlocker,
  type Stage,
  takeOver,
  type Vault,
  wish,
} from '../../../node/index.ts';
import { openLog } from '../../log.ts';
import type { Session } from '../session.ts';
import type { NodeDesk } from './desk.ts';
import { keeperOf } from './keeper.ts';

/** How long lnd may take to start, ms. */
const START_MS: number = 60 * SECOND;
const LOOK_MS: number = SECOND / 4;

/**
 * Runs lnd for as long as its wallet is being made, and ends it afterwards. A making that was broken off is finished
 * without any words: what was sealed suffices. `node_initialized` where the wallet is whole.
 */
export async function withNursery(
  session: Session,
  desk: NodeDesk,
  work: (nursery: Nursery) => Promise<Result<void>>,
): Promise<Result<void>> {
  const { place, vault } = desk;
  if ((await vault.read('keeper')) !== undefined) return refuse('node_initialized');
  // Its keeper does not know the password, so that a locked wallet stays so until this process has opened it.
  const blind: Vault = {
    ...vault,
    read: async name => (name === 'password' ? undefined : vault.read(name)),
  };
  const keeper = await keeperOf(session, desk, blind);
  if (!keeper.ok) return keeper;
  try {
    await wish(place, 'running', session.clock);
    return await inside(session, desk, keeper.value, work);
  } finally {
    await wish(place, 'stopped', session.clock);
    await keeper.value.close({ leave: false });
  }
}

async function inside(
  session: Session,
  { place, vault, now }: NodeDesk,
  keeper: Keeper,
  work: (nursery: Nursery) => Promise<Result<void>>,
): Promise<Result<void>> {
  const { clock, home } = session;
  session.output.remark('Starting lnd.');
  const stage = await stageOf(session, keeper);
  if (!stage.ok) return stage;
  const door = await doorOf(place, clock);
  const log = await openLog(home.path, now.settings.log.level, clock);
  const unlocker = openUnlocker(() => door, clock);
  const nursery: Nursery = { place, vault, unlocker, clock, log };
  try {
    if (stage.value === 'absent') return await work(nursery);
    const password = await vault.read('password');
    if (stage.value !== 'locked' || password === undefined) return refuse('node_initialized');
    session.output.remark('The wallet is there already: what was broken off is finished.');
    return await takeOver(nursery, password);
  } finally {
    unlocker.close();
  }
}

/** How far lnd is, once it is as far as it comes without a password. */
async function stageOf({ clock }: Session, keeper: Keeper): Promise<Result<Stage>> {
  for (const until = clock.now() + START_MS; clock.now() < until; await clock.after(LOOK_MS)) {
    const { lifecycle, wallet, code } = keeper.state();
    if (lifecycle === 'failed' || (lifecycle === 'backoff' && code !== undefined)) {
      return refuse(code ?? 'node_unreachable');
    }
    if (code === 'node_not_initialized') return ok('absent');
    if (wallet === 'locked') return ok('locked');
    if (wallet === 'unlocked') return ok('active');
  }
  return refuse('node_unreachable', 'It did not start in time.');
}

import { existsSync } from 'node:fs';
import { ok, type Result, refuse, SECOND } from '../../../base/index.ts';
import {
  doorOf,
  type Keeper,
  type NodePlace,
  type NodeState,
  type Nursery,
  openUnlocker,
  type Stage,
  takeOver,
  type Vault,
  walletOf,
  wish,
} from '../../../node/index.ts';
import type { Session } from '../session.ts';
import type { NodeDesk } from './desk.ts';
import { keeperOf } from './keeper.ts';

/** How long lnd may take to start, ms. */
const START_MS: number = 60 * SECOND;
const LOOK_MS: number = SECOND / 4;

/**
 * Runs lnd for as long as its wallet is being made, and ends it afterwards. A making that was broken off is finished
 * without any words where what was sealed suffices, and begun anew where it does not. `node_initialized` where the
 * wallet is whole.
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
  { place, vault, log }: NodeDesk,
  keeper: Keeper,
  work: (nursery: Nursery) => Promise<Result<void>>,
): Promise<Result<void>> {
  const { clock } = session;
  session.output.remark('Starting lnd.');
  const stage = await freshStageOf(session, place, keeper);
  if (!stage.ok) return stage;
  const door = await doorOf(place, clock);
  const unlocker = openUnlocker(() => door, clock);
  const nursery: Nursery = { place, vault, unlocker, clock, log };
  try {
    if (stage.value === 'absent') return await work(nursery);
    const password = await vault.read('password');
    if (stage.value !== 'locked' || password === undefined) return refuse('node_initialized');
    session.output.remark('A wallet was begun here before, and its making was broken off.');
    const taken = await takeOver(nursery, password);
    if (taken.ok || taken.code !== 'node_not_initialized') return taken;
    session.output.remark(taken.detail ?? '');
    return await work(nursery);
  } finally {
    unlocker.close();
  }
}

/**
 * How far lnd is. One that a making left open when its process died is started anew: nobody has its macaroons, and it
 * tells them only while it is locked.
 */
async function freshStageOf(
  session: Session,
  place: NodePlace,
  keeper: Keeper,
): Promise<Result<Stage>> {
  const { clock } = session;
  const stage = await stageOf(session, place, keeper);
  if (!stage.ok || stage.value !== 'active') return stage;
  await wish(place, 'stopped', clock);
  const until = clock.now() + START_MS;
  while (keeper.state().lifecycle !== 'stopped') {
    if (clock.now() > until) return refuse('node_stop_pending');
    await clock.after(LOOK_MS);
  }
  await wish(place, 'running', clock);
  return stageOf(session, place, keeper);
}

/** How far lnd is, once it is as far as it comes without a password. */
async function stageOf(
  { clock }: Session,
  place: NodePlace,
  keeper: Keeper,
): Promise<Result<Stage>> {
  for (const until = clock.now() + START_MS; clock.now() < until; await clock.after(LOOK_MS)) {
    const state = keeper.state();
    if (hasFailed(state)) return refuse(state.code ?? 'node_unreachable');
    const stage = stageIn(state, place);
    if (stage !== undefined) return ok(stage);
  }
  return refuse('node_unreachable', 'It did not start in time.');
}

function hasFailed({ lifecycle, code }: NodeState): boolean {
  return lifecycle === 'failed' || (lifecycle === 'backoff' && code !== undefined);
}

function stageIn({ wallet, code }: NodeState, place: NodePlace): Stage | undefined {
  // One that is just being made is neither absent nor locked, and soon is open.
  if (code === 'node_not_initialized') return existsSync(walletOf(place)) ? undefined : 'absent';
  if (wallet === 'locked') return 'locked';
  return wallet === 'unlocked' ? 'active' : undefined;
}

import { type Clock, type Code, type Log, type Msat, SECOND } from '../base/index.ts';
import { pendingChannels } from './channel.ts';
import { type CopyStanding, checkChannelBackup } from './channel-copy.ts';
import { channelFundsOf, type Funds, fundsOf } from './funds.ts';
import { type NodeAddress, within } from './line.ts';
import { infoOf } from './node-info.ts';
import { readNodeState } from './node-state.ts';
import { type Operator, openOperator, operatorAt } from './operator.ts';
import { keepOrigin, originOf, type Recovery, recoveryOf } from './origin.ts';
import type { NodePlace } from './place.ts';
import { isRestoring } from './recovery.ts';
import type { Health, Lifecycle, WalletState } from './state.ts';
import type { Vault } from './vault.ts';

/** All that is shown of a node. What one that is down cannot tell is undefined. */
export interface Snapshot extends Partial<Pick<Funds, 'onChain' | 'arriving'>> {
  readonly lifecycle: Lifecycle | 'remote';
  readonly health: Health;
  readonly wallet: WalletState | 'unknown';
  readonly recovery: Recovery | undefined;
  readonly channelBackup: CopyStanding | undefined;
  readonly version: string | undefined;
  readonly synced: boolean | undefined;
  readonly height: number | undefined;
  /** What can be sent and received over Lightning now. */
  readonly outbound: Msat | undefined;
  readonly inbound: Msat | undefined;
  /** What is wrong. */
  readonly code: Code | undefined;
}

/** How long the disk may take on which the channel backup is copied, ms. */
const DISK_MS: number = 5 * SECOND;

/** A supervised node, as its keeper and lnd itself tell of it. Ends in bounded time, and never rejects. */
export async function snapshotOf(view: {
  readonly place: NodePlace;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly log: Log;
  readonly backupDirectory: string | undefined;
}): Promise<Snapshot> {
  const { place, clock, backupDirectory } = view;
  const state = await readNodeState(place, clock);
  const { lifecycle, health, wallet, version, synced, height, code } = state;
  const isOpen = lifecycle === 'running' && wallet === 'unlocked';
  const keeper = isOpen ? openOperator(view, 'keeper') : undefined;
  const [funds, copy] = await Promise.all([
    keeper && fundsIn(keeper),
    within(clock, DISK_MS, checkChannelBackup(place, backupDirectory)),
    keeper && synced && lookForTheRest(place, keeper).catch(() => undefined),
  ]);
  keeper?.close();
  const recovery = recoveryOf(wallet !== 'uninitialized', originOf(place));
  const channelBackup = copy.ok ? copy.value : undefined;
  const told = { lifecycle, health, wallet, recovery, channelBackup, version, code };
  return { ...told, synced: isOpen ? synced : undefined, height, ...NOTHING, ...funds };
}

const NOTHING = { outbound: undefined, inbound: undefined };

async function fundsIn(operator: Operator): Promise<Funds | undefined> {
  const funds = await fundsOf(operator);
  return funds.ok ? funds.value : undefined;
}

/** Writes it down when a restored wallet has found everything: later closings of channels take nothing back of that. */
async function lookForTheRest(place: NodePlace, keeper: Operator): Promise<void> {
  const origin = originOf(place);
  if (origin?.seed !== 'restored' || origin.isFound || (await isRestoring(place))) return;
  const [recovery, pending] = await Promise.all([
    keeper.ask<{ recovery_mode: boolean; recovery_finished: boolean }>('getRecoveryInfo', {}),
    pendingChannels(keeper),
  ]);
  if (!recovery.ok || !pending.ok) return;
  const { recovery_mode, recovery_finished } = recovery.value;
  const isClosing = pending.value.some(({ state }) => state !== 'opening');
  if ((recovery_mode && !recovery_finished) || isClosing) return;
  await keepOrigin(place, { ...origin, isFound: true });
}

/** A remote node, as far as the buyer's macaroon lets it tell. */
export async function remoteSnapshotOf(
  whereabouts: () => Promise<NodeAddress>,
  clock: Clock,
  log: Log,
): Promise<Snapshot> {
  const buyer = operatorAt(whereabouts, clock, log);
  const [info, balance] = await Promise.all([buyer.call(infoOf), channelFundsOf(buyer)]);
  buyer.close();
  const kept = { lifecycle: 'remote', recovery: undefined, channelBackup: undefined } as const;
  if (!info.ok) {
    const unknown = { version: undefined, synced: undefined, height: undefined, ...NOTHING };
    const wallet = info.code === 'node_locked' ? 'locked' : 'unknown';
    return { ...kept, ...unknown, wallet, health: 'unhealthy', code: info.code };
  }
  const { version, height, synced } = info.value;
  const health = synced ? 'healthy' : 'unhealthy';
  const code = synced ? undefined : 'node_unsynced';
  const channels = balance.ok ? balance.value : NOTHING;
  return { ...kept, health, wallet: 'unlocked', version, height, synced, code, ...channels };
}

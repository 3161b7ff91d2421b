import type { Clock, Code, Log, Msat } from '../base/index.ts';
import { checkChannelBackup } from './channel-backup.ts';
import { channelFundsOf, type Funds, fundsOf } from './funds.ts';
import type { NodeAddress } from './line.ts';
import { readNodeState } from './node-state.ts';
import { type Operator, openOperator, operatorAt } from './operator.ts';
import { originOf, type Recovery, recoveryOf } from './origin.ts';
import type { NodePlace } from './place.ts';
import type { Health, Lifecycle, WalletState } from './state.ts';
import type { Vault } from './vault.ts';

/** All that is shown of a node. What one that is down cannot tell is undefined. */
export interface Snapshot extends Partial<Pick<Funds, 'onChain' | 'arriving'>> {
  readonly lifecycle: Lifecycle | 'remote';
  readonly health: Health;
  readonly wallet: WalletState | 'unknown';
  readonly recovery: Recovery | undefined;
  readonly channelBackup: Awaited<ReturnType<typeof checkChannelBackup>> | undefined;
  readonly version: string | undefined;
  readonly synced: boolean | undefined;
  readonly height: number | undefined;
  readonly outbound: Msat | undefined;
  readonly inbound: Msat | undefined;
  /** What is wrong. */
  readonly code: Code | undefined;
}

/** A supervised node, as its keeper and lnd itself tell of it. Ends in bounded time, and never rejects. */
export async function snapshotOf(view: {
  readonly place: NodePlace;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly log: Log;
  readonly backupDirectory: string;
}): Promise<Snapshot> {
  const { place, clock, backupDirectory } = view;
  const state = await readNodeState(place, clock);
  const { lifecycle, health, wallet, version, synced, height, code } = state;
  const isOpen = lifecycle === 'running' && wallet === 'unlocked';
  const keeper = isOpen ? openOperator(view, 'keeper') : undefined;
  const [funds, searching, channelBackup] = await Promise.all([
    keeper && fundsIn(keeper),
    keeper && isSearching(keeper),
    checkChannelBackup(place, backupDirectory).catch(() => undefined),
  ]);
  keeper?.close();
  const recovery = recoveryOf(wallet !== 'uninitialized', originOf(place), searching ?? true);
  const told = { lifecycle, health, wallet, recovery, channelBackup, version, code };
  return { ...told, synced: isOpen ? synced : undefined, height, ...NOTHING, ...funds };
}

const NOTHING = { outbound: undefined, inbound: undefined };

async function fundsIn(operator: Operator): Promise<Funds | undefined> {
  const funds = await fundsOf(operator);
  return funds.ok ? funds.value : undefined;
}

/** Whether lnd still looks for what its words owned, or waits for channels that are being closed. */
async function isSearching(operator: Operator): Promise<boolean> {
  const [recovery, pending] = await Promise.all([
    operator.ask<{ recovery_mode: boolean; recovery_finished: boolean }>('getRecoveryInfo', {}),
    operator.ask<{ total_limbo_balance: string }>('pendingChannels', {}),
  ]);
  if (!recovery.ok || !pending.ok) return true;
  const { recovery_mode, recovery_finished } = recovery.value;
  return (recovery_mode && !recovery_finished) || pending.value.total_limbo_balance !== '0';
}

interface GetInfo {
  readonly version: string;
  readonly block_height: number;
  readonly synced_to_chain: boolean;
}

/** A remote node, as far as the buyer's macaroon lets it tell. */
export async function remoteSnapshotOf(
  whereabouts: () => Promise<NodeAddress>,
  clock: Clock,
  log: Log,
): Promise<Snapshot> {
  const buyer = operatorAt(whereabouts, clock, log);
  const [info, balance] = await Promise.all([
    buyer.ask<GetInfo>('getInfo', {}),
    channelFundsOf(buyer),
  ]);
  buyer.close();
  const kept = { lifecycle: 'remote', recovery: undefined, channelBackup: undefined } as const;
  if (!info.ok) {
    const unknown = { version: undefined, synced: undefined, height: undefined, ...NOTHING };
    const wallet = info.code === 'node_locked' ? 'locked' : 'unknown';
    return { ...kept, ...unknown, wallet, health: 'unhealthy', code: info.code };
  }
  const { version, block_height: height, synced_to_chain: synced } = info.value;
  const health = synced ? 'healthy' : 'unhealthy';
  const code = synced ? undefined : 'node_unsynced';
  const channels = balance.ok ? balance.value : NOTHING;
  return { ...kept, health, wallet: 'unlocked', version, height, synced, code, ...channels };
}

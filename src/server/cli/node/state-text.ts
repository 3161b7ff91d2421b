import { type Code, problem } from '../../../base/index.ts';
import type { NodeState, Snapshot } from '../../../node/index.ts';

const LIFECYCLES: Readonly<Record<NodeState['lifecycle'], string>> = {
  stopped: 'stopped',
  starting: 'starting',
  running: 'running',
  stopping: 'stopping',
  backoff: 'ended by itself; it is started again in a moment',
  failed: 'FAILED',
};

const WALLETS: Readonly<Record<NodeState['wallet'], string>> = {
  uninitialized: 'not made yet',
  initialized: 'made',
  locked: 'LOCKED',
  unlocked: 'unlocked',
};

/** What a human reads of a node's state in one line. */
export function stateText(state: NodeState): string {
  const { lifecycle, wallet, health, height, synced, code, retryAt } = state;
  const said = [LIFECYCLES[lifecycle]];
  if (lifecycle === 'failed') {
    said.push(retryAt === undefined ? 'and is not tried again by itself' : 'and is tried again');
  }
  if (lifecycle === 'running') {
    said.push(`wallet ${WALLETS[wallet]}`);
    if (wallet === 'unlocked') said.push(chainText(synced, height));
    if (health === 'unhealthy') said.push('NOT WELL');
  }
  const trouble =
    code === undefined || code === 'node_unsynced' ? '' : `. ${problem(code).message}`;
  return `${said.join(', ')}${trouble.replace(/\.$/, '')}`;
}

/** What keeps a node from paying, if anything does: one that was never made needs that first, and a stopped one a start. */
export function troubleOf({ code, lifecycle, wallet }: Snapshot): Code | undefined {
  if (code !== undefined || lifecycle !== 'stopped') return code;
  return wallet === 'uninitialized' ? 'node_not_initialized' : 'node_not_running';
}

/** How far a node is with the chain. */
export function chainText(synced: boolean, height: number | undefined): string {
  const at = height === undefined ? '' : ` at block ${height.toLocaleString('en-US')}`;
  return synced ? `in step with the chain${at}` : `catching up with the chain${at}`;
}

import { type Msat, ok, type Result, sats } from '../base/index.ts';
import type { Operator } from './operator.ts';

/** A channel of the node, open, opening or closing. */
export interface Channel {
  /** `transaction:output` of its funding, by which it is closed. */
  readonly point: string;
  readonly peer: string;
  readonly state:
    | 'active'
    | 'inactive'
    | 'opening'
    | 'closing'
    | 'closing by force'
    | 'waiting to close';
  readonly capacity: Msat;
  readonly outbound: Msat;
  readonly inbound: Msat;
  readonly isPrivate: boolean;
}

/** More channels than a person reads of. */
const MOST = 500;

interface Open {
  readonly active: boolean;
  readonly remote_pubkey: string;
  readonly channel_point: string;
  readonly capacity: string;
  readonly local_balance: string;
  readonly remote_balance: string;
  readonly private: boolean;
}

interface Pending {
  readonly channel: Pick<
    Open,
    'channel_point' | 'capacity' | 'local_balance' | 'remote_balance' | 'private'
  > & {
    readonly remote_node_pub: string;
  };
}

/** `PendingChannelsResponse` of `lightning.proto`. */
interface PendingChannels {
  readonly pending_open_channels: readonly Pending[];
  readonly pending_closing_channels: readonly Pending[];
  readonly pending_force_closing_channels: readonly Pending[];
  readonly waiting_close_channels: readonly Pending[];
}

/** The channels of the node; 500 at most. */
export async function listChannels(operator: Operator): Promise<Result<readonly Channel[]>> {
  const [open, pending] = await Promise.all([
    operator.ask<{ channels: readonly Open[] }>('listChannels', {}),
    operator.ask<PendingChannels>('pendingChannels', {}),
  ]);
  if (!open.ok) return open;
  if (!pending.ok) return pending;
  const { value: waits } = pending;
  const all = [
    ...open.value.channels.map(shown),
    ...waits.pending_open_channels.map(pendingAs('opening')),
    ...waits.pending_closing_channels.map(pendingAs('closing')),
    ...waits.pending_force_closing_channels.map(pendingAs('closing by force')),
    ...waits.waiting_close_channels.map(pendingAs('waiting to close')),
  ];
  return ok(all.slice(0, MOST));
}

function shown(channel: Open): Channel {
  return {
    ...balances(channel),
    peer: channel.remote_pubkey,
    state: channel.active ? 'active' : 'inactive',
  };
}

function pendingAs(state: Channel['state']) {
  return ({ channel }: Pending): Channel => ({
    ...balances(channel),
    peer: channel.remote_node_pub,
    state,
  });
}

function balances(channel: Pending['channel'] | Open) {
  const { channel_point, capacity, local_balance, remote_balance } = channel;
  return {
    point: channel_point,
    capacity: sats(BigInt(capacity)),
    outbound: sats(BigInt(local_balance)),
    inbound: sats(BigInt(remote_balance)),
    isPrivate: channel.private,
  };
}

import { type Msat, minus, ok, type Result, ZERO } from '../base/index.ts';
import { satsIn } from './lnd-amount.ts';
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
  /** Our side of it. */
  readonly ours: Msat;
  /** What can be sent through it while it is active: our side, less what has to stay there. */
  readonly outbound: Msat;
  /** What can be received through it, likewise. */
  readonly inbound: Msat;
  readonly isPrivate: boolean;
}

/** More channels than a person reads of. */
const MOST = 500;

interface Constraints {
  readonly chan_reserve_sat: string;
}

/** `Channel` of `lightning.proto`. */
interface Open {
  readonly active: boolean;
  readonly remote_pubkey: string;
  readonly channel_point: string;
  readonly capacity: string;
  readonly local_balance: string;
  readonly remote_balance: string;
  readonly local_constraints: Constraints | null;
  readonly remote_constraints: Constraints | null;
  readonly private: boolean;
}

interface Pending {
  readonly channel: {
    readonly remote_node_pub: string;
    readonly channel_point: string;
    readonly capacity: string;
    readonly local_balance: string;
    readonly remote_balance: string;
    readonly local_chan_reserve_sat: string;
    readonly remote_chan_reserve_sat: string;
    readonly private: boolean;
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
  const [open, pending] = await Promise.all([openChannels(operator), pendingChannels(operator)]);
  if (!open.ok) return open;
  return pending.ok ? ok([...open.value, ...pending.value].slice(0, MOST)) : pending;
}

/** Those that are open. */
export async function openChannels(operator: Operator): Promise<Result<readonly Channel[]>> {
  const told = await operator.ask<{ channels: readonly Open[] }>('listChannels', {});
  return told.ok ? ok(told.value.channels.map(shown)) : told;
}

/** Those that are opening or closing. */
export async function pendingChannels(operator: Operator): Promise<Result<readonly Channel[]>> {
  const told = await operator.ask<PendingChannels>('pendingChannels', {});
  if (!told.ok) return told;
  const { value: waits } = told;
  return ok([
    ...waits.pending_open_channels.map(pendingAs('opening')),
    ...waits.pending_closing_channels.map(pendingAs('closing')),
    ...waits.pending_force_closing_channels.map(pendingAs('closing by force')),
    ...waits.waiting_close_channels.map(pendingAs('waiting to close')),
  ]);
}

function shown(channel: Open): Channel {
  const { local_balance, remote_balance, local_constraints, remote_constraints } = channel;
  return {
    ...alike(channel),
    peer: channel.remote_pubkey,
    state: channel.active ? 'active' : 'inactive',
    outbound: movable(local_balance, local_constraints?.chan_reserve_sat),
    inbound: movable(remote_balance, remote_constraints?.chan_reserve_sat),
  };
}

function pendingAs(state: Channel['state']) {
  return ({ channel }: Pending): Channel => {
    const { local_balance, local_chan_reserve_sat } = channel;
    const { remote_balance, remote_chan_reserve_sat } = channel;
    const isOpening = state === 'opening';
    return {
      ...alike(channel),
      peer: channel.remote_node_pub,
      state,
      outbound: isOpening ? movable(local_balance, local_chan_reserve_sat) : ZERO,
      inbound: isOpening ? movable(remote_balance, remote_chan_reserve_sat) : ZERO,
    };
  };
}

function alike(channel: Open | Pending['channel']) {
  return {
    point: channel.channel_point,
    capacity: shownOf(channel.capacity),
    ours: shownOf(channel.local_balance),
    isPrivate: channel.private,
  };
}

function movable(balance: string, reserve: string | undefined): Msat {
  return minus(shownOf(balance), shownOf(reserve));
}

/** What is out of reason is shown as nothing. */
function shownOf(text: string | undefined): Msat {
  return satsIn(text) ?? ZERO;
}

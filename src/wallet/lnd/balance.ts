import type { AuthenticatedLnd } from 'ln-service';
import { least, type Msat, minus, sats, sum, ZERO } from '../../base/index.ts';
import { msatIn, rpc } from '../../node/index.ts';

interface ChannelBalance {
  readonly local_balance: { readonly msat: string } | null;
}

interface Channel {
  readonly active: boolean;
  /** Whole sats, rounded down. */
  readonly local_balance: string;
  readonly local_constraints: { readonly chan_reserve_sat: string } | null;
}

/** What a node has of ours in its channels, msat. */
export interface Balance {
  /** What can be sent now. */
  readonly awake: Msat;
  /** What lies in channels whose peer is away, rounded up. */
  readonly asleep: Msat;
}

/**
 * Our side of the channels. Awake is all of it less what reserves and channels without a peer keep. It is exact to
 * the msat because only lnd's total is; its figures for each channel are whole sats, and what is taken off by them
 * stays the same from one payment to the next. Money under way is not in it. The opener of a channel has to keep a
 * little more for the fee of its commitment, which lnd does not tell: a payment of the very last sats may fail.
 */
export async function balanceOf(lnd: AuthenticatedLnd, over: AbortSignal): Promise<Balance> {
  const [{ local_balance: total }, { channels }] = await Promise.all([
    rpc<ChannelBalance>(lnd.default, 'channelBalance', {}, over),
    rpc<{ channels: readonly Channel[] }>(lnd.default, 'listChannels', {}, over),
  ]);
  return {
    awake: minus(msatIn(total?.msat) ?? ZERO, sum(...channels.map(tiedUp))),
    asleep: sum(...channels.filter(({ active }) => !active).map(tiedUp)),
  };
}

/** What a channel holds of ours that cannot be sent now. */
function tiedUp({ active, local_balance, local_constraints }: Channel): Msat {
  // Rounded up, since lnd rounded down.
  const ours = sats(BigInt(local_balance) + 1n);
  return active ? least(ours, sats(BigInt(local_constraints?.chan_reserve_sat ?? 0))) : ours;
}

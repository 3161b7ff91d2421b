import { type Msat, msat, ok, type Result, sats } from '../base/index.ts';
import type { Operator } from './operator.ts';

/** The money of a node. */
export interface Funds {
  /** On the chain and confirmed. */
  readonly onChain: Msat;
  /** On the chain and not confirmed yet. */
  readonly arriving: Msat;
  /** Our side of the channels. */
  readonly outbound: Msat;
  /** The other side of them: what can be received. */
  readonly inbound: Msat;
}

interface WalletBalance {
  readonly confirmed_balance: string;
  readonly unconfirmed_balance: string;
}

interface Side {
  readonly msat: string;
}

interface ChannelBalance {
  readonly local_balance: Side | null;
  readonly remote_balance: Side | null;
}

/** What the node holds, on the chain and in channels. */
export async function fundsOf(operator: Operator): Promise<Result<Funds>> {
  const [chain, channels] = await Promise.all([
    operator.ask<WalletBalance>('walletBalance', {}),
    channelFundsOf(operator),
  ]);
  if (!chain.ok) return chain;
  if (!channels.ok) return channels;
  const { confirmed_balance, unconfirmed_balance } = chain.value;
  const onChain = sats(whole(confirmed_balance));
  return ok({ onChain, arriving: sats(whole(unconfirmed_balance)), ...channels.value });
}

/** What is in the node's channels alone. */
export async function channelFundsOf(
  operator: Operator,
): Promise<Result<Pick<Funds, 'outbound' | 'inbound'>>> {
  const told = await operator.ask<ChannelBalance>('channelBalance', {});
  if (!told.ok) return told;
  const { local_balance, remote_balance } = told.value;
  return ok({
    outbound: msat(whole(local_balance?.msat)),
    inbound: msat(whole(remote_balance?.msat)),
  });
}

/** A fresh address of the node's wallet, native SegWit (BIP 173). */
export async function newAddress(operator: Operator): Promise<Result<string>> {
  const made = await operator.ask<{ address: string }>('newAddress', {
    type: 'WITNESS_PUBKEY_HASH',
  });
  return made.ok ? ok(made.value.address) : made;
}

/** A 64-bit number as gRPC gives it; what is out of reason counts as nothing. */
function whole(text: string | undefined): bigint {
  return /^\d{1,16}$/.test(text ?? '') ? BigInt(text ?? '') : 0n;
}

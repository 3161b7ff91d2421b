import { type Msat, ok, type Result, sum, ZERO } from '../base/index.ts';
import { openChannels } from './channel.ts';
import { satsIn } from './lnd-amount.ts';
import type { Operator } from './operator.ts';

/** The money of a node. */
export interface Funds {
  /** On the chain and confirmed. */
  readonly onChain: Msat;
  /** On the chain and not confirmed yet. */
  readonly arriving: Msat;
  /** What can be sent over Lightning now. */
  readonly outbound: Msat;
  /** What can be received over Lightning now. */
  readonly inbound: Msat;
}

interface WalletBalance {
  readonly confirmed_balance: string;
  readonly unconfirmed_balance: string;
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
  const onChain = satsIn(confirmed_balance) ?? ZERO;
  const arriving = satsIn(unconfirmed_balance) ?? ZERO;
  return ok({ onChain, arriving, ...channels.value });
}

/** What is in the node's channels alone. One whose other side is away moves nothing now. */
export async function channelFundsOf(
  operator: Operator,
): Promise<Result<Pick<Funds, 'outbound' | 'inbound'>>> {
  const open = await openChannels(operator);
  if (!open.ok) return open;
  const active = open.value.filter(({ state }) => state === 'active');
  return ok({
    outbound: sum(...active.map(({ outbound }) => outbound)),
    inbound: sum(...active.map(({ inbound }) => inbound)),
  });
}

/** A fresh address of the node's wallet, native SegWit (BIP 173). */
export async function newAddress(operator: Operator): Promise<Result<string>> {
  const made = await operator.ask<{ address: string }>('newAddress', {
    type: 'WITNESS_PUBKEY_HASH',
  });
  return made.ok ? ok(made.value.address) : made;
}

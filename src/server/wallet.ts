import { TollkeeperError } from '../base/index.ts';
import { type Policy, purseOf } from '../policy/index.ts';
import type { Wallet } from '../task/index.ts';
import { type NodeHouse, openNodeWallet } from './node.ts';

/** The one wallet that the settings name: opened when it is first needed, and never replaced by another unasked. */
export interface OpenWallet {
  /** Rejects with `wallet_unavailable`, also where the settings name another purse than is asked for. */
  readonly get: (purse?: string) => Promise<Wallet>;
  close(): Promise<void>;
}

/** What a wallet is opened with. */
export interface WalletPlace extends NodeHouse {
  /** What was confirmed, now. */
  readonly policy: () => Policy;
}

/** Prepares the wallet. One that could not be opened is tried again when it is next needed. */
export function openWallet(place: WalletPlace): OpenWallet {
  let opened: { readonly purse: string; readonly wallet: Promise<Wallet> } | undefined;
  const close = async (): Promise<void> => {
    const wallet = await opened?.wallet.catch(() => undefined);
    opened = undefined;
    await wallet?.close();
  };
  return {
    async get(purse) {
      const policy = place.policy();
      const named = purseOf(policy);
      if (purse !== undefined && purse !== named) {
        throw new TollkeeperError('wallet_unavailable', 'The settings name another one by now.');
      }
      if (opened?.purse !== named) await close();
      opened ??= { purse: named, wallet: open(place, policy) };
      const { wallet } = opened;
      wallet.catch(() => {
        if (opened?.wallet === wallet) opened = undefined;
      });
      return wallet;
    },
    close,
  };
}

async function open(place: WalletPlace, policy: Policy): Promise<Wallet> {
  if (policy.wallet === 'lnd') return openNodeWallet(place, policy);
  const { openSandboxWallet } = await import('../wallet/index.ts');
  return openSandboxWallet({ home: place.home.path, clock: place.clock, log: place.log });
}

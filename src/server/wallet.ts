import { TollkeeperError } from '../base/index.ts';
import { type Policy, purseOf } from '../policy/index.ts';
import type { Pin } from '../secrets/index.ts';
import type { Wallet } from '../task/index.ts';
import { mainnetConsent } from './mainnet.ts';
import { type NodeHouse, openNodeWallet } from './node.ts';

/** The one wallet that the settings name: opened when it is first needed, and never replaced by another unasked. */
export interface OpenWallet {
  /**
   * Rejects with `wallet_unavailable`, also where the settings name another purse than is asked for, and where money is
   * real with `mainnet_unconfirmed` or `pin_required`: each time, for a PIN can be taken away while the wallet is open.
   */
  readonly get: (purse?: string) => Promise<Wallet>;
  close(): Promise<void>;
}

/** What a wallet is opened with. */
export interface WalletPlace extends NodeHouse {
  /** What was confirmed, now. */
  readonly policy: () => Policy;
  readonly pin: Pin;
}

/** Prepares the wallet. One that could not be opened is tried again when it is next needed. */
export function openWallet(place: WalletPlace): OpenWallet {
  let opened: { readonly purse: string; readonly wallet: Promise<Wallet> } | undefined;
  const consent = mainnetConsent(place.home, place.sealer);
  const close = async (): Promise<void> => {
    const last = opened;
    opened = undefined;
    const wallet = await last?.wallet.catch(() => undefined);
    await wallet?.close();
  };
  return {
    async get(purse) {
      const policy = place.policy();
      const named = purseOf(policy);
      if (purse !== undefined && purse !== named) {
        throw new TollkeeperError('wallet_unavailable', 'The settings name another one by now.');
      }
      await consent.demand(policy, place.pin);
      // Nothing is waited for from here on: who asks in between would open another, or be given one of another purse.
      if (opened?.purse !== named) {
        const wallet = close().then(() => open(place, policy));
        opened = { purse: named, wallet };
      }
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

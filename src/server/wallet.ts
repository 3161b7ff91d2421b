import type { Policy } from '../policy/index.ts';
import type { Wallet } from '../task/index.ts';
import { type NodeHouse, openNodeWallet } from './node.ts';
import { type OfPurse, ofPurse } from './purse.ts';

/** What a wallet is opened with. */
export interface WalletPlace extends NodeHouse {
  /** What was confirmed, now. */
  readonly policy: () => Policy;
}

/** Prepares the one wallet that the settings name, which is never replaced by another unasked. */
export function openWallet(place: WalletPlace): OfPurse<Wallet> {
  return ofPurse(place.policy, policy => open(place, policy));
}

async function open(place: WalletPlace, policy: Policy): Promise<Wallet> {
  if (policy.wallet === 'lnd') return openNodeWallet(place, policy);
  const { openSandboxWallet } = await import('../wallet/index.ts');
  return openSandboxWallet({ home: place.home.path, clock: place.clock, log: place.log });
}

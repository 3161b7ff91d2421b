import type { Policy } from '../policy/index.ts';
import type { Wallet } from '../task/index.ts';
import { openNodeWallet } from './node.ts';
import { type OfPurse, ofPurse, type PursePlace } from './purse.ts';

/** The one wallet that the settings name, which is never replaced by another unasked. */
export type OpenWallet = OfPurse<Wallet>;

/** Prepares the wallet. */
export function openWallet(place: PursePlace): OpenWallet {
  return ofPurse(place, policy => open(place, policy));
}

async function open(place: PursePlace, policy: Policy): Promise<Wallet> {
  if (policy.wallet === 'lnd') return openNodeWallet(place, policy);
  const { openSandboxWallet } = await import('../wallet/index.ts');
  return openSandboxWallet({ home: place.home.path, clock: place.clock, log: place.log });
}

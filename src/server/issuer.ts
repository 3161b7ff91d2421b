import type { InvoiceIssuer } from '../paywall/index.ts';
import type { Policy } from '../policy/index.ts';
import { openNodeIssuer } from './node.ts';
import { type OfPurse, ofPurse } from './purse.ts';
import type { WalletPlace } from './wallet.ts';

/** Prepares the seller's side of the one wallet that the settings name. What is sold for real money never goes for play money. */
export function openIssuer(place: WalletPlace): OfPurse<InvoiceIssuer> {
  return ofPurse(place.policy, policy => open(place, policy));
}

async function open(place: WalletPlace, policy: Policy): Promise<InvoiceIssuer> {
  if (policy.wallet === 'lnd') return openNodeIssuer(place, policy);
  const { openSandboxIssuer } = await import('../wallet/index.ts');
  return openSandboxIssuer({ home: place.home.path, clock: place.clock });
}

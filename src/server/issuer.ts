import type { InvoiceIssuer } from '../paywall/index.ts';
import type { Policy } from '../policy/index.ts';
import { openNodeIssuer } from './node.ts';
import { type OfPurse, ofPurse, type PursePlace } from './purse.ts';

/** Prepares the seller's side of the one wallet that the settings name: what is sold for real money never goes for play money. */
export function openIssuer(place: PursePlace): OfPurse<InvoiceIssuer> {
  return ofPurse(place, policy => open(place, policy));
}

async function open(place: PursePlace, policy: Policy): Promise<InvoiceIssuer> {
  if (policy.wallet === 'lnd') return openNodeIssuer(place, policy);
  const { openSandboxIssuer } = await import('../wallet/index.ts');
  return openSandboxIssuer({ home: place.home.path, clock: place.clock });
}

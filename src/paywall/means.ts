import type { Clock, Log } from '../base/index.ts';
import type { InvoiceIssuer } from './issuer.ts';
import type { SellerRules } from './rules.ts';
import type { PaywallStore } from './store.ts';

/** What managing paywalls needs. */
export interface SellerMeans {
  readonly paywalls: Pick<PaywallStore, 'registry'>;
  /** The settings as they are at this moment. */
  readonly rules: () => Promise<SellerRules>;
  readonly clock: Clock;
}

/** What serving them needs beside. */
export interface TollMeans {
  readonly paywalls: PaywallStore;
  readonly rules: () => Promise<SellerRules>;
  /** Opened when it is first needed; rejects with `wallet_unavailable`. */
  readonly issuer: () => Promise<InvoiceIssuer>;
  readonly clock: Clock;
  readonly log: Log;
}

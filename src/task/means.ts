import type { Clock, Log } from '../base/index.ts';
import type { Egress, Judge } from '../http/index.ts';
import type { Rules } from './approval.ts';
import type { Audits, Bodies, Credentials, Lease, News, TaskStore } from './store.ts';
import type { Wallet } from './wallet.ts';

/** The operator's rules, with what the way out and the credential cache need of the settings. */
export interface House extends Rules {
  /** Judges each URL before anything is sent to it. */
  readonly judge: Judge;
  readonly credentialTtlMs: number;
  /** Whether a host wants the credential as named parameters instead of the usual colon form. */
  readonly wantsParameters: (host: string) => boolean;
}

/** What the loop works with: the record, the way out, the wallet, the operator's rules and the time. */
export interface Means {
  readonly tasks: TaskStore;
  readonly news: News;
  readonly lease: Lease;
  readonly audits: Audits;
  readonly bodies: Bodies;
  readonly credentials: Credentials;
  readonly egress: Egress;
  /**
   * The one wallet that the settings name, opened once; rejects with `wallet_unavailable`, also when it is not
   * the one of the purse that is asked for.
   */
  readonly wallet: (purse?: string) => Promise<Wallet>;
  /** Read anew for every step, so that a tightened setting counts at once. */
  readonly house: () => Promise<House>;
  readonly clock: Clock;
  readonly log: Log;
}

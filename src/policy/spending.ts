import type { Msat } from '../base/index.ts';
import type { Allowance } from './policy.ts';

/** What an owner spent and holds. What the wallet paid and the record knows nothing of is in every sum. */
export interface Spend {
  /** On the host, in 24 h. */
  readonly hostDay: Msat;
  /** On all hosts, in 1 h. */
  readonly hour: Msat;
  /** On all hosts, in 24 h. */
  readonly day: Msat;
  /** Ever. */
  readonly total: Msat;
  /** The part of `day` that the record knows nothing of: any grant may have been its reason. */
  readonly unclaimed: Msat;
}

/**
 * What decisions read of an owner's books. Windows are rolling, in UTC; held sums are in them, so that
 * two purchases can never both count on the same room.
 */
export interface Spending {
  /** Whether a human stopped all spending with the kill switch. */
  readonly paused: boolean;
  readonly spend: Spend;
  /** Spent and held in 24 h under each rule or allowance, by its grant name. */
  readonly grants: ReadonlyMap<string, Msat>;
  /** Those for the host that are neither revoked nor expired. */
  readonly allowances: readonly Allowance[];
  /** Payments on their way, of every owner: the wallet is one. */
  readonly inFlight: { readonly host: number; readonly all: number };
  readonly asks: {
    readonly pending: number;
    readonly lastHour: number;
    /** When a human last said no to the host, ms; 0 if never. */
    readonly deniedAt: number;
  };
}

import type { Msat } from '../base/index.ts';
import type { Allowance } from './policy.ts';

/**
 * What decisions read of an owner's books. Windows are rolling, in UTC; held sums are in them, so that
 * two purchases can never both count on the same room.
 */
export interface Spending {
  /** Spent and held: on the host in 24 h, and on all hosts in 1 h and in 24 h. */
  readonly spend: { readonly hostDay: Msat; readonly hour: Msat; readonly day: Msat };
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

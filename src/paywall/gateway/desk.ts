import type { Clock, Log } from '../../base/index.ts';
import type { Forward } from '../../http/index.ts';
import type { Toll } from '../toll.ts';
import type { ClientAddress } from './client-address.ts';
import type { GatewayLimits } from './limits.ts';
import type { Metrics } from './metrics.ts';
import type { Underway } from './underway.ts';

/** What each request is judged and forwarded with. */
export interface Desk {
  readonly toll: Toll;
  readonly forward: Forward;
  readonly clientAddress: ClientAddress;
  /** What this gateway calls itself in `Via`; random, so that only its own requests carry it. */
  readonly pseudonym: string;
  readonly protocol: 'http' | 'https';
  readonly limits: GatewayLimits;
  readonly underway: Underway;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Log;
}

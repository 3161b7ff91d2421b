import type { Clock } from '../base/index.ts';
import type { PaywallStore } from '../paywall/store.ts';
import type { Sealer } from '../secrets/index.ts';
import type { Database } from '../sqlite/index.ts';
import { openBatch } from './batch.ts';
import { openRegistry } from './paywall-registry.ts';
import { openTakings } from './paywall-takings.ts';
import { openTokens } from './paywall-tokens.ts';
import { openTraffic } from './paywall-traffic.ts';

/** Everything that selling keeps, in a database. */
export function openPaywalls(db: Database, sealer: Sealer, clock: Clock): PaywallStore {
  const batch = openBatch(db);
  return {
    registry: openRegistry(db, sealer),
    tokens: openTokens(db, sealer, batch),
    takings: openTakings(db, clock, batch),
    traffic: openTraffic(db, batch),
  };
}

import { describe } from 'vitest';
import { openBench, type Place } from './paywall-store/bench.ts';
import { killedContract } from './paywall-store/killed.ts';
import { registryContract } from './paywall-store/registry.ts';
import { takingsContract } from './paywall-store/takings.ts';
import { tokensContract } from './paywall-store/tokens.ts';

/** What every store behind the ports of the paywall room has to keep, whatever database is under it. */
export function paywallStoreContract(name: string, makePlace: () => Promise<Place>): void {
  describe(name, () => {
    const bench = openBench(makePlace);
    registryContract(bench);
    tokensContract(bench);
    takingsContract(bench);
    killedContract(bench);
  });
}

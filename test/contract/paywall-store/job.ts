import type { PaywallStore } from '../../../src/paywall/store.ts';
import { NODE, receipt } from './fixture.ts';

/** How many uses the token of the job has: more than anybody takes. */
export const USES = 100_000;

/** Books the receipts of all hashes again and again, as a node would report them, and takes uses; says what it did. */
export async function work(
  { takings, tokens }: PaywallStore,
  tokenId: string,
  hashes: readonly string[],
): Promise<void> {
  for (;;) {
    for (const [at, hash] of hashes.entries()) {
      const [booked, claimed] = await Promise.all([
        takings.book(NODE, receipt(at + 1, hash)),
        tokens.claim(tokenId, USES),
      ]);
      if (booked.kind === 'booked') process.stdout.write(`booked ${hash}\n`);
      process.stdout.write(`claimed ${claimed}\n`);
    }
  }
}

import type { Refused } from '../../base/index.ts';
import { type Exit, worst } from './exit.ts';

/** Settles one after the other, and tells the worst exit; a refusal, such as of a wrong PIN, ends it. */
export async function inTurn<T>(
  all: readonly T[],
  settle: (one: T) => Promise<Exit | Refused>,
): Promise<Exit | Refused> {
  const exits: Exit[] = [];
  for (const one of all) {
    const exit = await settle(one);
    if (typeof exit !== 'number') return exit;
    exits.push(exit);
  }
  return worst(exits);
}

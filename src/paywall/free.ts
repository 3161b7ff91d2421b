import { DAY } from '../base/index.ts';
import type { Client } from './client.ts';
import type { PaywallId } from './id.ts';

/** Counts the free requests of each client's network, by days of UTC. */
export interface Free {
  /** Takes one; how many are left after it, or undefined if there was none. */
  take(id: PaywallId, client: Client, most: number, now: number): number | undefined;
  giveBack(id: PaywallId, client: Client): void;
}

/** The most networks that are counted in a day. Beyond it nobody new gets anything for nothing. */
const MOST_COUNTED = 50_000;

/** Opens the counts; a process that starts again begins anew. */
export function openFree(): Free {
  let today = 0;
  let counts = new Map<string, number>();
  const keyOf = (id: PaywallId, { network }: Client) => `${id} ${network}`;
  return {
    take(id, client, most, now) {
      const day = Math.floor(now / DAY);
      if (day > today) {
        today = day;
        counts = new Map();
      }
      const key = keyOf(id, client);
      const used = counts.get(key);
      if ((used ?? 0) >= most || (used === undefined && counts.size >= MOST_COUNTED)) {
        return undefined;
      }
      counts.set(key, (used ?? 0) + 1);
      return most - (used ?? 0) - 1;
    },
    giveBack(id, client) {
      const key = keyOf(id, client);
      const used = counts.get(key);
      if (used !== undefined) counts.set(key, Math.max(0, used - 1));
    },
  };
}

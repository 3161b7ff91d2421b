import type { NewPaywallEvent } from '../paywall/event.ts';
import type { Sealer } from '../secrets/index.ts';
import type { Sql } from '../sqlite/index.ts';
import { writeEvent } from './paywall-registry.ts';
import { viewOf } from './paywall-view.ts';

const REASON = 'The record was restored from a backup.';

/**
 * Pauses everything that a restored record says is sold, until a human opens it again, and ends what waits for an
 * answer: whether it was stopped, or made dearer, or declined since the backup was made, nobody can tell. Returns how
 * many paywalls were paused; `at` is ms since 1970.
 */
export function closePaywalls(sql: Sql, sealer: Sealer, at: number): number {
  const { paywalls, pending } = viewOf(sql);
  const active = paywalls.filter(({ status }) => status === 'active');
  const by = { kind: 'human', via: 'terminal' } as const;
  const paused = active.map((before): NewPaywallEvent => {
    const paywall = { ...before, status: 'paused', approved: undefined, updatedAt: at } as const;
    return { kind: 'paywall_paused', at, owner: before.owner, paywall, by, reason: REASON };
  });
  const lapsed = pending.map(
    ({ id: proposalId, owner }): NewPaywallEvent => ({
      kind: 'change_lapsed',
      at,
      owner,
      proposalId,
    }),
  );
  for (const event of [...paused, ...lapsed]) writeEvent(sql, sealer, event);
  return active.length;
}

import { MINUTE, SECOND, TollkeeperError } from '../base/index.ts';
import type { Means } from './means.ts';
import type { Tenure } from './record.ts';

/** How long the wallet may take to tell what it paid, ms. */
const PATIENCE_MS: number = 30 * SECOND;
/** How long a wallet that did not tell is left in peace, ms: at first, and at most. */
const SHORTEST_REST_MS: number = 1 * SECOND;
const LONGEST_REST_MS: number = 1 * MINUTE;

/** Looks after what a restored record has to learn from the wallet. */
export interface Auditor {
  /** Begins an audit that is due, unless one is under way or the wallet just failed to tell. Waits for nothing. */
  attend(tenure: Tenure): void;
  /** Resolves when the audit under way is over; one whose tenure closes is soon. */
  close(): Promise<void>;
}

/**
 * Prepares to ask the wallet what it paid since a restored record was backed up: what no task knows of counts
 * as spent (crash matrix C10). Until that is known nothing new is paid; what is on its way is looked up as ever,
 * so nobody waits for the audit.
 */
export function openAuditor(means: Means): Auditor {
  const { clock, log } = means;
  let running: Promise<void> | undefined;
  let rest = 0;
  let failedAt = 0;
  // A clock that was put back must not make the rest as much longer.
  const isRested = (): boolean => Math.abs(clock.now() - failedAt) >= rest;
  const run = async (tenure: Tenure): Promise<void> => {
    try {
      await audit(means, tenure);
      rest = 0;
    } catch (error) {
      if (!tenure.closing.aborted)
        log.error({ error }, 'the wallet did not tell what it paid since the backup');
      failedAt = clock.now();
      rest = Math.min(Math.max(2 * rest, SHORTEST_REST_MS), LONGEST_REST_MS);
    }
    running = undefined;
  };
  return {
    attend(tenure) {
      if (running === undefined && isRested()) running = run(tenure);
    },
    close: async () => running,
  };
}

async function audit(means: Means, { fence, closing }: Tenure): Promise<void> {
  const { audits, wallet, log } = means;
  const since = await audits.due();
  if (since === undefined) return;
  const sent = await intime(means, closing, async () => (await wallet()).sent(since));
  const { length: unclaimed } = await audits.conclude(fence, sent);
  const message = 'the restored record was held against the wallet';
  if (unclaimed > 0) log.warn({ unclaimed }, message);
  else log.info({ unclaimed }, message);
}

/** Waits for the wallet within our own deadline, whatever it promises. */
async function intime<T>(
  { clock }: Means,
  closing: AbortSignal,
  ask: () => Promise<T>,
): Promise<T> {
  const answered = new AbortController();
  const signal = AbortSignal.any([answered.signal, closing]);
  const late = clock.after(PATIENCE_MS, signal).then(() => {
    throw new TollkeeperError('wallet_unavailable');
  });
  try {
    return await Promise.race([ask(), late]);
  } finally {
    late.catch(() => undefined);
    answered.abort();
  }
}

import { type Msat, SECOND, showSats, sum } from '../../base/index.ts';
import type { SentPayment } from '../../task/index.ts';
import type { Tollkeeper } from '../compose.ts';
import { counted } from './layout.ts';
import { withTollkeeper } from './opened.ts';
import type { Session } from './session.ts';

/** How long a command waits for the wallet to tell what it paid. */
const PATIENCE: number = 10 * SECOND;

/** What the wallet told of its payments since a backup. */
export interface WalletsWord {
  /** Whether it told; until then nothing new is paid. */
  readonly audited: boolean;
  /** The payments that no purchase knows of. */
  readonly unclaimed: readonly Unclaimed[];
}

/** It has not told. */
export const NOT_TOLD: WalletsWord = { audited: false, unclaimed: [] };

interface Unclaimed {
  readonly paymentHash: string;
  readonly costMsats: Msat;
  readonly at: string;
}

/** Has the wallet asked what it paid since the backup that was just restored, by whichever process pays. */
export function walletsWord({ home }: Session): Promise<WalletsWord> {
  return withTollkeeper(home, async tollkeeper => {
    tollkeeper.wake();
    return heardWithin(tollkeeper, PATIENCE);
  });
}

/** What the wallet told, once it has, or after `ms`. */
export async function heardWithin(tollkeeper: Tollkeeper, ms: number): Promise<WalletsWord> {
  const audited = await isAudited(tollkeeper, ms);
  const unclaimed = audited ? await tollkeeper.store.audits.unclaimed() : [];
  return { audited, unclaimed: unclaimed.map(shown) };
}

async function isAudited(
  { store: { audits, news }, clock }: Tollkeeper,
  ms: number,
): Promise<boolean> {
  for (const until = clock.now() + ms; ; ) {
    const mark = news.mark();
    if ((await audits.due()) === undefined) return true;
    const left = until - clock.now();
    if (left <= 0) return false;
    await news.after(mark, left);
  }
}

function shown({ paymentHash, cost, at }: SentPayment): Unclaimed {
  return { paymentHash, costMsats: cost, at: new Date(at).toISOString() };
}

/** The same for a human. */
export function auditText({ audited, unclaimed }: WalletsWord): string {
  if (!audited)
    return 'The wallet has not told yet what it paid since the backup. It is asked by itself; until it tells, nothing new is paid.';
  if (unclaimed.length === 0) return 'The wallet paid nothing that the record does not know of.';
  const cost = showSats(sum(...unclaimed.map(({ costMsats }) => costMsats)));
  return `The wallet made ${counted(unclaimed.length, 'payment')} that the record does not know of, ${cost} in all. They count against every budget.`;
}

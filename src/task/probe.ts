import { refuse } from '../base/index.ts';
import { mayContact } from '../policy/index.ts';
import { announce } from './announce.ts';
import { covers } from './approval.ts';
import { denied, judge, newNames } from './judge.ts';
import type { House, Means } from './means.ts';
import type { StepOf } from './next-step.ts';
import { outgoingOf } from './outgoing.ts';
import { concludeProbe } from './probe-outcome.ts';
import { type Purchase, purchaseOf } from './purchase.ts';
import { type Decide, isCutShort, recordStep, type Turn } from './record.ts';
import { hostOf, requestKey } from './request.ts';
import { authorizationOf, findReusable } from './reuse.ts';
import type { KeptCredential } from './store.ts';

/**
 * Sends the request for the first time: with a credential that was bought before, else unpaid. Ends
 * in a free or cached answer, in a quote with the policy's word on it, or in a failure.
 */
export async function probe(means: Means, turn: Turn<StepOf<'probe'>>): Promise<void> {
  const house = await means.house();
  const purchase = purchaseOf(turn.task.facts);
  const barred = barrier(house, purchase, means.clock.now());
  if (barred !== undefined) return void (await recordStep(means, turn, barred));
  const kept = await findReusable(means, purchase);
  if (kept?.end === 'refused') return void (await recordStep(means, turn, paidInVain));
  const url = kept === undefined ? purchase.requested.request.url : target(kept, purchase);
  const authorization = kept && (await authorizationOf(means, house, kept, url));
  const outgoing = await outgoingOf(means, turn.task, url, authorization);
  const leaving = purchase.repeatable ? turn : await announce(means, turn, 'probe');
  if (leaving === undefined) return;
  const exchanged = await means.egress.exchange(outgoing, house.judge, turn.closing);
  if (isCutShort(turn, exchanged)) return;
  await concludeProbe({ means, house, turn: leaving, kept }, exchanged);
}

/** What forbids sending now (ms): broken settings, the policy, or a method that a human has to allow first. */
function barrier(house: House, purchase: Purchase, now: number): Decide | undefined {
  const { approved } = purchase;
  const { request } = purchase.requested;
  const may = house.broken
    ? refuse('settings_invalid')
    : mayContact(house.policy, { host: hostOf(request), method: request.method });
  if (typeof may === 'object') return (_facts, _books, at) => [denied(may, at)];
  if (may === 'send') return undefined;
  if (approved !== undefined && covers(approved, purchase, house, now)) return undefined;
  const names = newNames();
  return (facts, books, at) => [judge(facts, books, at, house, names)];
}

/** An earlier task paid for this very request and was refused: nothing is paid again by itself. */
const paidInVain: Decide = (_facts, _books, now) => [
  { kind: 'failed', at: now, code: 'CredentialMissingError', detail: 'An earlier task paid.' },
];

/** What was bought after a redirect is used where it was bought. */
function target({ key, url }: KeptCredential, { requested }: Purchase): string {
  return key === requestKey(requested.request) ? url : requested.request.url;
}

import { refuse } from '../base/index.ts';
import { nextStep } from './next-step.ts';
import { purchaseOf } from './purchase.ts';
import type { Decide } from './record.ts';

/** Ends a task, as long as no money is held for it. Money in flight is never cancelled, only looked up. */
export const cancel: Decide = (facts, _books, now) => {
  const { reserved, end } = purchaseOf(facts);
  if (end !== undefined) return refuse('invalid_transition');
  return reserved === undefined ? [{ kind: 'cancelled', at: now }] : refuse('PAYMENT_PENDING');
};

/** How often a task may be asked anew: a model that never tires must not wear a human out. */
const MOST_RENEWALS = 10;

/**
 * Starts a declined, expired or denied task anew, from its first request on and with a fresh quote. A
 * question that nobody answered in time has expired, whether or not the loop wrote that down yet.
 */
export const renew: Decide = (facts, books, now) => {
  const expired = expire(facts, books, now);
  const lapsed = 'ok' in expired ? [] : expired;
  const end = lapsed[0]?.kind ?? purchaseOf(facts).end?.kind;
  const renewable = end === 'declined' || end === 'expired' || end === 'denied';
  if (!renewable) return refuse('invalid_transition');
  if (facts.filter(({ kind }) => kind === 'renewed').length >= MOST_RENEWALS) {
    return refuse('APPROVAL_THROTTLED', `This task was asked anew ${MOST_RENEWALS} times.`);
  }
  return [...lapsed, { kind: 'renewed', at: now }];
};

/** Closes a question that nobody answered in time. */
export const expire: Decide = (facts, _books, now) => {
  const step = nextStep(facts, now);
  return step.kind === 'expire'
    ? [{ kind: 'expired', at: now, askId: step.asked.askId }]
    : refuse('invalid_transition');
};

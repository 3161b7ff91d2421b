import { newId, type Refused } from '../base/index.ts';
import { type Decision, decide } from '../policy/index.ts';
import { approvalDigest, type Rules } from './approval.ts';
import type { Approver, Fact, NewFact } from './fact.ts';
import { purchaseOf } from './purchase.ts';
import { hostOf } from './request.ts';
import type { Books } from './store.ts';

/** Ids that a decision may use; made outside, so that the decision stays pure. */
export interface Names {
  readonly askId: `ask_${string}`;
}

/** Fresh names for one decision. */
export function newNames(): Names {
  return { askId: newId('ask') };
}

/**
 * The policy's word on a purchase as it stands: denied, approved by a rule or an allowance, or asked
 * of a human. Without a quote yet, it is about sending a request that is not free to send.
 */
export function judge(
  facts: readonly Fact[],
  books: Books,
  now: number,
  rules: Rules,
  names: Names,
): NewFact {
  const decision = decisionOf(facts, books, now, rules);
  switch (decision.kind) {
    case 'deny':
      return denied(decision, now);
    case 'approve':
      return approved(facts, now, rules, decision);
    case 'ask':
      return asked(facts, now, rules, decision, names);
  }
}

/** A denial as a fact. */
export function denied({ code, detail }: Pick<Refused, 'code' | 'detail'>, at: number): NewFact {
  return detail === undefined ? { kind: 'denied', at, code } : { kind: 'denied', at, code, detail };
}

/** What the policy decides about a purchase as it stands. */
export function decisionOf(
  facts: readonly Fact[],
  books: Books,
  now: number,
  { policy, broken }: Rules,
): Decision {
  if (broken) return { kind: 'deny', code: 'settings_invalid' };
  const { requested, challenged } = purchaseOf(facts);
  const { request, wishes } = requested;
  const quote = challenged?.quote;
  const matter = {
    host: hostOf(quote ?? request),
    method: request.method,
    price: quote?.amount,
    maxSpend: wishes.maxSpend,
    // Buying again what was bought before is never automatic: the seller may be one that takes and refuses.
    requireApproval: wishes.requireApproval || wishes.forceRefresh,
    now,
  };
  return decide(policy, matter, books);
}

function approved(
  facts: readonly Fact[],
  now: number,
  rules: Rules,
  { ceiling, by }: Extract<Decision, { kind: 'approve' }>,
): NewFact {
  const expiresAt = now + rules.policy.approvals.expiresMs;
  const digest = approvalDigest(purchaseOf(facts), { ceiling, expiresAt }, rules);
  return { kind: 'approved', at: now, by: by as Approver, digest, ceiling, expiresAt };
}

function asked(
  facts: readonly Fact[],
  now: number,
  rules: Rules,
  { ceiling }: Extract<Decision, { kind: 'ask' }>,
  { askId }: Names,
): NewFact {
  const purchase = purchaseOf(facts);
  const { requested, challenged } = purchase;
  const expiresAt = now + rules.policy.approvals.expiresMs;
  const digest = approvalDigest(purchase, { ceiling, expiresAt }, rules);
  const host = hostOf(challenged?.quote ?? requested.request);
  const purpose = challenged === undefined ? 'send' : 'pay';
  return { kind: 'asked', at: now, askId, purpose, host, digest, ceiling, expiresAt };
}

import { SECOND } from '../base/index.ts';
import type { Fact, FactOf } from './fact.ts';
import { type Purchase, purchaseOf } from './purchase.ts';

/** An invoice with less time left than this is not paid: the payment might arrive too late. */
export const INVOICE_MARGIN_MS: number = 30 * SECOND;

/** What to do next about a task. */
export type Step =
  /** Send the request unpaid, or with a credential that was bought before. */
  | { readonly kind: 'probe' }
  /** Ask the policy about the newest quote. */
  | { readonly kind: 'decide'; readonly challenged: FactOf<'challenged'> }
  | { readonly kind: 'await_human'; readonly asked: FactOf<'asked'> }
  /** Nobody answered in time. */
  | { readonly kind: 'expire'; readonly asked: FactOf<'asked'> }
  /** T1, then the wallet. */
  | {
      readonly kind: 'pay';
      readonly challenged: FactOf<'challenged'>;
      readonly approved: FactOf<'approved'>;
    }
  /** The wallet may know of the payment: ask it, never send blindly. */
  | { readonly kind: 'look_up'; readonly reserved: FactOf<'reserved'> }
  | { readonly kind: 'deliver'; readonly settled: FactOf<'settled'> }
  /** A request that must not be repeated left, and its answer never came. */
  | { readonly kind: 'give_up'; readonly paid: boolean }
  | { readonly kind: 'done' };

/**
 * The next step of a task, a pure function of its facts and the time. The first row that fits counts:
 *
 * | the facts of this round                                     | step        |
 * |-------------------------------------------------------------|-------------|
 * | an end                                                      | done        |
 * | settled; a delivery was sent that must not be repeated      | give_up     |
 * | settled                                                     | deliver     |
 * | reserved                                                    | look_up     |
 * | a probe was sent that must not be repeated, without answer  | give_up     |
 * | asked, unanswered, in time                                  | await_human |
 * | asked, unanswered, too late                                 | expire      |
 * | no challenge, or an approval whose invoice died             | probe       |
 * | challenged and approved, in time, under the ceiling         | pay         |
 * | challenged                                                  | decide      |
 *
 * Starting after a crash is the same function over the same facts.
 */
export function nextStep(facts: readonly Fact[], now: number): Step {
  const purchase = purchaseOf(facts);
  const { asked, approved, settled, reserved } = purchase;
  if (purchase.end !== undefined) return { kind: 'done' };
  if (settled !== undefined) return afterSettlement(purchase, settled);
  if (reserved !== undefined) return { kind: 'look_up', reserved };
  if (probeWasLost(purchase)) return { kind: 'give_up', paid: false };
  if (asked !== undefined && !purchase.isAfter(approved, asked)) {
    return now < asked.expiresAt ? { kind: 'await_human', asked } : { kind: 'expire', asked };
  }
  return towardsPayment(purchase, now);
}

function towardsPayment({ challenged, approved }: Purchase, now: number): Step {
  if (challenged === undefined) return { kind: 'probe' };
  if (approved === undefined || now >= approved.expiresAt) return { kind: 'decide', challenged };
  if (challenged.quote.expiresAt - now < INVOICE_MARGIN_MS) return { kind: 'probe' };
  return challenged.quote.amount <= approved.ceiling
    ? { kind: 'pay', challenged, approved }
    : { kind: 'decide', challenged };
}

/** The step of one kind. */
export type StepOf<K extends Step['kind']> = Extract<Step, { kind: K }>;

/** Whether anything is left to do, now or when a human answers. */
export function isOpen(facts: readonly Fact[]): boolean {
  return purchaseOf(facts).end === undefined;
}

function afterSettlement(purchase: Purchase, settled: FactOf<'settled'>): Step {
  const left = purchase.sent?.phase === 'deliver' && !purchase.repeatable;
  return left ? { kind: 'give_up', paid: true } : { kind: 'deliver', settled };
}

function probeWasLost({ sent, challenged, isAfter, repeatable }: Purchase): boolean {
  return sent?.phase === 'probe' && !repeatable && !isAfter(challenged, sent);
}

import { least, type Msat, minus, ok, type Result, refuse, ZERO } from '../base/index.ts';
import { unlisted } from './access.ts';
import { overBudget, roomLeft, withFees } from './budget.ts';
import { stopped } from './decision.ts';
import { grantsFor } from './grant.ts';
import type { Policy } from './policy.ts';
import type { Spending } from './spending.ts';

/** A payment that was approved and is about to be held in the books. */
export interface Reservation {
  /** `URL.host` of the request. */
  readonly host: string;
  /** What the signed invoice asks for. */
  readonly amount: Msat;
  /** The most that was approved, fees in. */
  readonly ceiling: Msat;
  /** The rule or allowance that approved it; undefined when a human did, for this very request. */
  readonly grant?: string | undefined;
}

/**
 * The last judgement before money is held (T1), on the books of that very transaction: what was true when
 * it was approved may no longer be. The fee limit shrinks to whatever approval, caps and budgets leave.
 */
export function reservable(
  policy: Policy,
  spending: Omit<Spending, 'asks'>,
  wanted: Reservation,
): Result<{ readonly feeLimit: Msat }> {
  const { host, amount, ceiling } = wanted;
  const no = stopped(policy, spending) ?? unlisted(policy, host);
  if (no !== undefined) return no;
  if (amount > policy.caps.request) return refuse('amount_over_cap');
  if (amount > ceiling)
    return refuse('APPROVAL_MISMATCH', 'The price rose above what was approved.');
  const granted = grantLeft(policy, wanted, spending);
  if (amount > granted) return refuse('APPROVAL_MISMATCH', 'The rule or allowance ran out.');
  const limits = [ceiling, policy.caps.request, granted, roomLeft(policy, spending)] as const;
  return (
    overBudget(policy, spending, amount) ??
    tooMany(policy, spending) ??
    ok({ feeLimit: minus(withFees(policy, amount, ...limits), amount) })
  );
}

/** What the grant leaves now; nothing once it was revoked or expired, and all of the ceiling without one. */
function grantLeft(
  policy: Policy,
  { host, ceiling, grant }: Reservation,
  spending: Omit<Spending, 'asks'>,
): Msat {
  if (grant === undefined) return ceiling;
  const open = grantsFor(policy, spending, host).find(({ by }) => by.grant === grant);
  return least(ceiling, open?.left ?? ZERO);
}

function tooMany({ payments }: Policy, { inFlight }: Pick<Spending, 'inFlight'>) {
  const full = inFlight.host >= payments.maxInFlightPerHost || inFlight.all >= payments.maxInFlight;
  return full ? refuse('PAYMENTS_IN_FLIGHT') : undefined;
}

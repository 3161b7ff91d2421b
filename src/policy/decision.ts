import {
  type Code,
  least,
  MINUTE,
  type Msat,
  msat,
  type Refused,
  refuse,
  showSats,
} from '../base/index.ts';
import { isOpen, unlisted } from './access.ts';
import { overBudget, roomLeft, withFees } from './budget.ts';
import { bestGrant, type Grant, grantsFor } from './grant.ts';
import type { Policy } from './policy.ts';
import type { Spending } from './spending.ts';

/** What is to be decided: a purchase whose price is known, or one whose first request may not yet leave. */
export interface Matter {
  /** `URL.host` of the request. */
  readonly host: string;
  readonly method: string;
  /** Undefined before a request other than GET and HEAD is sent: nobody named a price yet. */
  readonly price: Msat | undefined;
  /** The caller's own limit, fees in. */
  readonly maxSpend: Msat | undefined;
  /** The caller wants a human's word, whatever rules would let pass. */
  readonly requireApproval: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What the policy says. `ceiling` is the most that may leave the wallet, fees in. */
export type Decision =
  | { readonly kind: 'deny'; readonly code: Code; readonly detail?: string }
  | { readonly kind: 'approve'; readonly by: Grant; readonly ceiling: Msat }
  | { readonly kind: 'ask'; readonly ceiling: Msat };

/** The least that a seller can ask for: a matter without a price still needs room for it. */
const ANY_PRICE = msat(1);

/**
 * Decides a purchase: the stops, the host lists, the cap, the budgets, then who may say yes
 * (an allowance, a rule, a human). Every ceiling lies within cap, `maxSpend` and budgets, fees in.
 */
export function decide(policy: Policy, matter: Matter, spending: Spending): Decision {
  const needed = matter.price ?? ANY_PRICE;
  const no =
    stopped(policy, spending) ??
    unlisted(policy, matter.host) ??
    overCap(policy, matter, needed) ??
    overBudget(policy, spending, needed);
  if (no !== undefined) return deny(no);
  const most = least(capOf(policy, matter), roomLeft(policy, spending));
  const granted = grantedBy(policy, matter, spending, most);
  if (granted !== undefined) return granted;
  const tired = throttled(policy, matter.now, spending.asks);
  if (tired !== undefined) return deny(tired);
  const ceiling = matter.price === undefined ? most : withFees(policy, matter.price, most);
  return { kind: 'ask', ceiling };
}

/** The refusal of every payment while spending is paused, by the settings or by the kill switch. */
export function stopped(policy: Policy, { paused }: Pick<Spending, 'paused'>): Refused | undefined {
  return policy.paused || paused ? refuse('global_pause_active') : undefined;
}

/** An approval without a question. Without a price, or for a method that the host is not open for, only a human may give one. */
function grantedBy(
  policy: Policy,
  matter: Matter,
  spending: Spending,
  most: Msat,
): Decision | undefined {
  const { host, method, price } = matter;
  if (price === undefined || matter.requireApproval || !isOpen(policy, host, method))
    return undefined;
  const grant = bestGrant(grantsFor(policy, spending, host), price);
  if (grant === undefined) return undefined;
  return { kind: 'approve', by: grant.by, ceiling: withFees(policy, price, most, grant.left) };
}

function capOf({ caps }: Policy, { maxSpend }: Pick<Matter, 'maxSpend'>): Msat {
  return maxSpend === undefined ? caps.request : least(caps.request, maxSpend);
}

function overCap(policy: Policy, matter: Matter, needed: Msat): Refused | undefined {
  const cap = capOf(policy, matter);
  if (needed <= cap) return undefined;
  const whose = cap < policy.caps.request ? 'maxSpendMsats' : 'caps.requestSats';
  return refuse(
    'amount_over_cap',
    `${whose} allows ${showSats(cap)}, the price is ${showSats(needed)}.`,
  );
}

/** Why no human may be asked now: questions by the dozen would make every yes worthless. */
function throttled(policy: Policy, now: number, asks: Spending['asks']): Refused | undefined {
  const { coolDownMs, maxPending, maxPerHour } = policy.approvals;
  const cooled = asks.deniedAt + coolDownMs - now;
  if (asks.deniedAt > 0 && cooled > 0)
    return refuse('APPROVAL_THROTTLED', `The host may be asked about in ${minutes(cooled)} min.`);
  if (asks.pending >= maxPending)
    return refuse('APPROVAL_THROTTLED', `${showCount(asks.pending)} already wait for an answer.`);
  if (asks.lastHour >= maxPerHour)
    return refuse('APPROVAL_THROTTLED', `${showCount(asks.lastHour)} were asked within the hour.`);
  return undefined;
}

const minutes = (ms: number): number => Math.ceil(ms / MINUTE);
const showCount = (count: number): string => (count === 1 ? '1 question' : `${count} questions`);

function deny({ code, detail }: Refused): Decision {
  return detail === undefined ? { kind: 'deny', code } : { kind: 'deny', code, detail };
}

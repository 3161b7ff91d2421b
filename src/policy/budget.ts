import {
  least,
  type Msat,
  minus,
  msat,
  type Refused,
  refuse,
  showSats,
  sum,
} from '../base/index.ts';
import type { Policy } from './policy.ts';
import type { Spending } from './spending.ts';

interface Room {
  readonly window: string;
  readonly left: Msat;
}

/** What can still be spent on the host now: the tightest of its windows. */
export function roomLeft(policy: Policy, { spend }: Pick<Spending, 'spend'>): Msat {
  return tightest(policy, spend).left;
}

/** BUDGET_EXCEEDED, naming the tightest window, if the windows do not have room for the sum. */
export function overBudget(
  policy: Policy,
  { spend }: Pick<Spending, 'spend'>,
  needed: Msat,
): Refused | undefined {
  const { window, left } = tightest(policy, spend);
  return needed <= left
    ? undefined
    : refuse(
        'BUDGET_EXCEEDED',
        `${window} leaves ${showLeft(left)}; this needs ${showSats(needed)}.`,
      );
}

/** The most that a payment of `amount` may cost in fees by the settings alone, rounded up to the msat. */
export function feesFor(policy: Policy, amount: Msat): Msat {
  // The settings give percent two decimals at most, so hundredths are exact.
  const hundredths = BigInt(Math.round(policy.fees.percent * 100));
  return sum(policy.fees.base, msat((amount * hundredths + 9_999n) / 10_000n));
}

/** What can leave the wallet for `amount`: its fees in, as far as `limits` leave room; never below it. */
export function withFees(policy: Policy, amount: Msat, ...limits: readonly Msat[]): Msat {
  const fees = least(feesFor(policy, amount), ...limits.map(limit => minus(limit, amount)));
  return sum(amount, fees);
}

function tightest(policy: Policy, spend: Spending['spend']): Room {
  const { caps } = policy;
  const rooms: readonly Room[] = [
    { window: 'caps.hourSats', left: minus(caps.hour, spend.hour) },
    { window: 'caps.daySats', left: minus(caps.day, spend.day) },
    { window: 'caps.totalSats', left: minus(caps.total, spend.total) },
  ];
  const host: Room = { window: 'caps.hostSats', left: minus(caps.host, spend.hostDay) };
  return rooms.reduce((low, room) => (room.left < low.left ? room : low), host);
}

/** Rounded down: what is left must never look larger than it is. */
function showLeft(left: Msat): string {
  return showSats(msat(left - (left % 1000n)));
}

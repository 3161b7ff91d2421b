import { type AllowanceId, least, type Msat, minus, sum, ZERO } from '../base/index.ts';
import { canonicalHost, matchesHost } from './host.ts';
import type { Policy } from './policy.ts';
import type { Spending } from './spending.ts';

/** What lets a purchase pass without a question: an allowance that a human gave, or a rule of the settings. */
export type Grant =
  | { readonly kind: 'allowance'; readonly grant: AllowanceId }
  | { readonly kind: 'rule'; readonly grant: string };

/** A grant that covers a host, and the most that one payment under it may now cost, fees in. */
export interface OpenGrant {
  readonly by: Grant;
  readonly left: Msat;
}

type Granting = Pick<Spending, 'grants' | 'allowances' | 'spend'>;

/** The grants for a host as they stand, allowances before rules; spent ones have nothing left. */
export function grantsFor(policy: Policy, spending: Granting, host: string): readonly OpenGrant[] {
  return [...allowancesFor(spending, host), ...rulesFor(policy, spending, host)];
}

/** The grant that leaves most room for a purchase of `amount`, allowances first; undefined if none can bear it. */
export function bestGrant(grants: readonly OpenGrant[], amount: Msat): OpenGrant | undefined {
  const fit = grants.filter(({ left }) => left >= amount);
  const allowances = fit.filter(({ by }) => by.kind === 'allowance');
  const among = allowances.length > 0 ? allowances : fit;
  return among.reduce<OpenGrant | undefined>(
    (best, grant) => (best === undefined || grant.left > best.left ? grant : best),
    undefined,
  );
}

function allowancesFor(spending: Granting, host: string): OpenGrant[] {
  return spending.allowances
    .filter(given => canonicalHost(given.host) === canonicalHost(host))
    .map(({ id, limit }) => ({
      by: { kind: 'allowance', grant: id },
      left: minus(limit, usedOf(spending, id)),
    }));
}

function rulesFor(policy: Policy, spending: Granting, host: string): OpenGrant[] {
  return policy.autoApprove
    .filter(rule => matchesHost(rule.host, host))
    .map(({ grant, each, day }) => ({
      by: { kind: 'rule', grant },
      left: least(each, minus(day, usedOf(spending, grant))),
    }));
}

/** What a grant may have been used for: what the record has under it, and all that the record knows nothing of. */
function usedOf({ grants, spend }: Granting, grant: string): Msat {
  return sum(grants.get(grant) ?? ZERO, spend.unclaimed);
}

import type * as z from 'zod';
import { msat, showSats } from '../../base/index.ts';
import type { createInput, updateInput } from '../../paywall/index.ts';
import type { PaywallOutput } from '../../tools/index.ts';
import { fields, oneLine } from './layout.ts';

/** Whether a paywall sells, in a word or a few. */
export function standingText({ status, open }: Pick<PaywallOutput, 'status' | 'open'>): string {
  return status === 'active' && !open ? 'active, but all selling is stopped' : status;
}

/** What requests to a paywall cost: one price, or the least and the most of its routes'. */
export function priceText({ policy, routes }: Pick<PaywallOutput, 'policy' | 'routes'>): string {
  const prices = routes.map(({ priceMsats }) => priceMsats ?? policy.fixedAmountMsats);
  const [least, most] = [Math.min(...prices), Math.max(...prices)];
  const from = showSats(msat(least));
  return least === most ? from : `${from} to ${showSats(msat(most))}`;
}

/** A paywall with all that it says. */
export function paywallText(paywall: PaywallOutput): string {
  const { paywallId, name, description, policy, routes } = paywall;
  const head = fields([
    ['Paywall', paywallId],
    ['Name', oneLine(name, 160)],
    ['About', description && oneLine(description, 200)],
    ['Status', standingText(paywall)],
    ['Since', paywall.createdAt],
  ]);
  return [head, ...routes.map(route => routeText(route, policy)), ...policyLines(policy)].join(
    '\n',
  );
}

type Draft = z.output<typeof createInput> | z.output<typeof updateInput>;

/** What a human is about to make of a paywall, line by line. */
export function draftText({ name, policy, routes, ...more }: Draft): string {
  const lines = [
    ...(name === undefined ? [] : [`Name: ${oneLine(name, 160)}`]),
    ...(routes ?? []).map(route => routeText(route, policy)),
    ...(policy === undefined ? [] : policyLines(policy)),
    ...('status' in more && more.status === 'paused' ? ['It stays paused.'] : []),
  ];
  return lines.join('\n');
}

interface RouteSaid {
  readonly hostPattern: string;
  readonly pathPattern: string;
  readonly methods?: readonly string[] | undefined;
  readonly upstream?: string | undefined;
  readonly upstreamUrl?: string | undefined;
  readonly priceMsats?: number | undefined;
}

function routeText(route: RouteSaid, policy: { fixedAmountMsats: number } | undefined): string {
  const { hostPattern, pathPattern, methods, upstream, upstreamUrl, priceMsats } = route;
  const price = priceMsats ?? policy?.fixedAmountMsats;
  const cost = price === undefined ? "the paywall's price" : showSats(msat(price));
  const which = methods === undefined ? 'Every method' : methods.join(', ');
  const where = oneLine(upstream ?? upstreamUrl ?? '', 200);
  return `  ${which} ${hostPattern}${pathPattern}: ${cost}, served by ${where}`;
}

interface PolicySaid {
  readonly fixedAmountMsats: number;
  readonly freeRequestsPerDay?: number | undefined;
  readonly usesPerToken?: number | null | undefined;
  readonly tokenTtlSeconds?: number | undefined;
  readonly quotaPerMinute?: number | undefined;
  readonly quotaPerDay?: number | undefined;
  readonly killSwitch?: boolean | undefined;
}

function policyLines(policy: PolicySaid): string[] {
  const { usesPerToken: uses = 1, freeRequestsPerDay: free = 0, tokenTtlSeconds = 3600 } = policy;
  const bought =
    uses === null ? 'any number of requests' : uses === 1 ? 'one request' : `${uses} requests`;
  return [
    `  One payment buys ${bought}, for ${tokenTtlSeconds} s.`,
    ...(free === 0 ? [] : [`  Each client has ${free} requests a day for nothing.`]),
    ...(policy.quotaPerMinute === undefined
      ? []
      : [`  At most ${policy.quotaPerMinute} requests a minute.`]),
    ...(policy.quotaPerDay === undefined
      ? []
      : [`  At most ${policy.quotaPerDay} requests a day.`]),
    ...(policy.killSwitch ? ['  The kill switch is on: it stays paused.'] : []),
  ];
}

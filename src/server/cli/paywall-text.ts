import { msat, showSats } from '../../base/index.ts';
import { type Paywall, type Route, routeText, termsOf } from '../../paywall/index.ts';
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

/** A paywall with all that it says, and whether it sells now. */
export function paywallText(paywall: Paywall, { open }: Pick<PaywallOutput, 'open'>): string {
  const head = fields([
    ['Paywall', paywall.id],
    ['Status', standingText({ ...paywall, open })],
    ['Since', new Date(paywall.createdAt).toISOString()],
  ]);
  return [head, ...wordingOf(paywall).map(line => `  ${line}`)].join('\n');
}

/** All that its owner says of a paywall, a line each. */
export function wordingOf({ name, description, policy, routes, metadata }: Paywall): string[] {
  return [
    `Name: ${oneLine(name, 160)}`,
    ...(description === undefined ? [] : [`About: ${oneLine(description, 2000)}`]),
    ...routes.map(route => routeText(route, policy) + howServed(route)),
    `Where a route names no price: ${showSats(policy.fixedAmountMsats)}.`,
    ...termsOf(policy),
    ...Object.entries(metadata).map(([key, value]) => oneLine(`Metadata: ${key} = ${value}`, 1000)),
  ];
}

function howServed({ timeoutMs, priority }: Route): string {
  const before = priority === 0 ? '' : ` Priority ${priority}.`;
  return ` Within ${timeoutMs / 1000} s.${before}`;
}

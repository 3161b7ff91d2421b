import type { Change, Paywall } from '../../paywall/index.ts';
import { oneLine } from './layout.ts';
import { wordingOf } from './paywall-text.ts';

/**
 * What a human is about to make of a paywall: its name, what it says against what it would say, and what of that nobody
 * approved yet. Nobody agrees to what they did not see.
 */
export function paywallChangeText(before: Paywall | undefined, change: Change): string {
  const { paywall, widens } = change;
  const wording = wordingOf(paywall);
  const lines =
    before === undefined
      ? wording.map(line => `  ${line}`)
      : differences(wordingOf(before), wording);
  const opened = widens.filter(line => !wording.includes(line));
  return [
    titleOf(before, paywall),
    ...(lines.length === 0 ? ['  What it says stays as it is.'] : lines),
    ...(opened.length === 0 ? [] : ['What that opens:', ...opened.map(line => `  ${line}`)]),
  ].join('\n');
}

function titleOf(before: Paywall | undefined, { id, status }: Paywall): string {
  if (before === undefined) return `A new paywall, ${status} from now on:`;
  const stands =
    before.status === status ? `stays ${status}` : `is ${before.status}, then ${status}`;
  return `${oneLine(before.name, 160)} (${id}) ${stands}:`;
}

/** What is said no longer, and what is said from now on. */
function differences(before: readonly string[], after: readonly string[]): string[] {
  return [
    ...before.filter(line => !after.includes(line)).map(line => `- ${line}`),
    ...after.filter(line => !before.includes(line)).map(line => `+ ${line}`),
  ];
}

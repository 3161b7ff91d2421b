import { sha256 } from '../base/index.ts';
import type { Command, Proposal } from '../paywall/index.ts';
import { clipped } from './approval-text.ts';

/** The longest sentence that is shown whole, in characters: any but that of an absurdly long upstream URL. */
const MOST_SENTENCE = 1200;

/**
 * What a human is asked about a change of what is sold, line by line, wherever it is. The sentences are ours; hosts,
 * paths and URLs in them are the caller's, in their one spelling. All of them are shown: nobody approves what they
 * did not see.
 */
export function changeText({ command, paywallId, widens, caller }: Proposal): string {
  return [
    `${deedOf(command)}?`,
    ...widens.map(sentence => `- ${whole(sentence)}`),
    `Paywall: ${paywallId}`,
    `Asked by: ${clipped(caller)} (its own words)`,
  ].join('\n');
}

function deedOf(command: Command): string {
  switch (command.kind) {
    case 'create':
      return `Open the new paywall “${clipped(command.input.name)}” (the caller's name for it)`;
    case 'resume':
      return 'Let this paywall sell again';
    case 'update':
    case 'pause':
      return 'Change what this paywall sells';
  }
}

/** Two sentences that differ anywhere are shown differently. */
function whole(sentence: string): string {
  if (sentence.length <= MOST_SENTENCE) return sentence;
  const cut = `${sentence.slice(0, MOST_SENTENCE - 200)}…${sentence.slice(-200)}`;
  return `${cut} (${sentence.length} characters, sha256 ${sha256(sentence)})`;
}

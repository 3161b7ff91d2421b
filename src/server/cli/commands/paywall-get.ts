import * as z from 'zod';
import { showPaywall, showProposal } from '../../../tools/index.ts';
import { LOCAL_OWNER } from '../../owner.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';
import { paywallMeant } from '../found-paywall.ts';
import { withTollkeeper } from '../opened.ts';
import { eventText, showEvent } from '../paywall-event-text.ts';
import { paywallText } from '../paywall-text.ts';

/** How many of the newest events are shown. */
const MOST_EVENTS = 20;

/** Shows one paywall with all that it says. */
export const paywallGet = defineCommand({
  usage: 'paywall get <paywall>',
  summary: 'Show a paywall: its routes, its price, what happened to it, what waits for you',
  examples: ['tollkeeper paywall get Weather', 'tollkeeper paywall get Weather --json'],
  input: z.strictObject({ paywall: z.string() }),
  run: ({ home, output }, { paywall }) =>
    withTollkeeper(home, async tollkeeper => {
      const found = await paywallMeant(tollkeeper, paywall);
      if (!found.ok) return found;
      const shown = await showPaywall(tollkeeper, found.value);
      const waiting = await tollkeeper.seller.proposals(LOCAL_OWNER);
      const proposals = waiting
        .filter(each => each.paywallId === shown.paywallId)
        .map(showProposal);
      const asks = proposals.map(
        ({ proposalId }) =>
          `A change waits for you: ${home.command(`paywall approve ${proposalId}`)}`,
      );
      const query = { owner: LOCAL_OWNER, paywallId: found.value.id, limit: MOST_EVENTS };
      const events = (await tollkeeper.store.paywalls.registry.events(query)).flatMap(showEvent);
      const history = events.map(eventText);
      const text = [paywallText(found.value, shown), ...asks, '', ...history].join('\n');
      output.answer({ paywall: shown, proposals, events }, text);
      return EXIT.done;
    }),
});

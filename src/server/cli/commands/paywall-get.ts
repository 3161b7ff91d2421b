import * as z from 'zod';
import { showPaywall, showProposal } from '../../../tools/index.ts';
import { LOCAL_OWNER } from '../../owner.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';
import { paywallMeant } from '../found-paywall.ts';
import { withTollkeeper } from '../opened.ts';
import { paywallText } from '../paywall-text.ts';

/** Shows one paywall with all that it says. */
export const paywallGet = defineCommand({
  usage: 'paywall get <paywall>',
  summary: 'Show a paywall: its routes, its price, what waits for you',
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
      output.answer({ paywall: shown, proposals }, [paywallText(shown), ...asks].join('\n'));
      return EXIT.done;
    }),
});

import * as z from 'zod';
import { PAYWALL_STATUSES } from '../../../paywall/index.ts';
import { showPaywall, showProposal } from '../../../tools/index.ts';
import { LOCAL_OWNER } from '../../owner.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';
import { oneLine, table } from '../layout.ts';
import { withTollkeeper } from '../opened.ts';
import { priceText, standingText } from '../paywall-text.ts';

const error = `must be one of ${PAYWALL_STATUSES.join(', ')}`;

/** Lists what is sold, and what waits for a human. */
export const paywallList = defineCommand({
  usage: 'paywall list',
  summary: 'List paywalls, newest first, and the changes that wait for you',
  options: [['--status <status>', 'only those that are active, paused or archived']],
  examples: ['tollkeeper paywall list', 'tollkeeper paywall list --status active --json'],
  input: z.strictObject({ status: z.enum(PAYWALL_STATUSES, { error }).optional() }),
  run: ({ home, output }, { status }) =>
    withTollkeeper(home, async tollkeeper => {
      const { seller } = tollkeeper;
      const all = await seller.paywalls(LOCAL_OWNER);
      const wanted = all.filter(each => status === undefined || each.status === status);
      const paywalls = await Promise.all(wanted.map(each => showPaywall(tollkeeper, each)));
      const proposals = (await seller.proposals(LOCAL_OWNER)).map(showProposal);
      const rows = paywalls.map(each => [
        each.paywallId,
        oneLine(each.name, 40),
        standingText(each),
        priceText(each),
      ]);
      const listed = rows.length === 0 ? 'No paywalls.' : table([HEAD, ...rows]);
      const waiting =
        proposals.length === 0
          ? []
          : [`${proposals.length} changes wait for you: ${home.command('paywall approve')}`];
      output.answer({ paywalls, proposals }, [listed, ...waiting].join('\n'));
      return EXIT.done;
    }),
});

const HEAD = ['PAYWALL', 'NAME', 'STATUS', 'PRICE'];

import * as z from 'zod';
import { showPaywall } from '../../../tools/index.ts';
import { flag } from '../argument.ts';
import { defineCommand } from '../command.ts';
import { paywallMeant } from '../found-paywall.ts';
import { withTollkeeper } from '../opened.ts';
import { orderPaywall } from '../paywall-order.ts';
import { paywallText } from '../paywall-text.ts';

/** Ends a paywall for good; its books stay. */
export const paywallArchive = defineCommand({
  usage: 'paywall archive <paywall>',
  summary: 'End a paywall for good; what it earned stays in the books',
  details: 'It cannot be taken back. Tokens that were bought for it open nothing any more.',
  options: [['--yes', 'do not ask first; without effect where a PIN is set']],
  examples: ['tollkeeper paywall archive Weather'],
  input: z.strictObject({ paywall: z.string(), yes: flag }),
  run: (session, { paywall, yes }) =>
    withTollkeeper(session.home, async tollkeeper => {
      const found = await paywallMeant(tollkeeper, paywall);
      if (!found.ok) return found;
      const text = paywallText(await showPaywall(tollkeeper, found.value));
      const plea = { question: 'End it for good?', text, yes };
      const command = { kind: 'archive', paywallId: found.value.id } as const;
      return orderPaywall(session, tollkeeper, command, plea);
    }),
});

import * as z from 'zod';
import { showPaywall } from '../../../tools/index.ts';
import { flag } from '../argument.ts';
import { defineCommand } from '../command.ts';
import { paywallMeant } from '../found-paywall.ts';
import { withTollkeeper } from '../opened.ts';
import { orderPaywall } from '../paywall-order.ts';
import { paywallText } from '../paywall-text.ts';

/** Lets a paywall sell again, on a human's word. */
export const paywallResume = defineCommand({
  usage: 'paywall resume <paywall>',
  summary: 'Let a paywall sell again',
  details: 'It is shown first, and needs your yes, or the approval PIN where one is set.',
  options: [['--yes', 'do not ask first; without effect where a PIN is set']],
  examples: ['tollkeeper paywall resume Weather'],
  input: z.strictObject({ paywall: z.string(), yes: flag }),
  run: (session, { paywall, yes }) =>
    withTollkeeper(session.home, async tollkeeper => {
      const found = await paywallMeant(tollkeeper, paywall);
      if (!found.ok) return found;
      const text = paywallText(await showPaywall(tollkeeper, found.value));
      const input = { paywallId: found.value.id };
      const plea = { question: 'Let it sell?', text, yes };
      return orderPaywall(session, tollkeeper, { kind: 'resume', input }, plea);
    }),
});

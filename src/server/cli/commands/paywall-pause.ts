import * as z from 'zod';
import { defineCommand } from '../command.ts';
import { paywallMeant } from '../found-paywall.ts';
import { withTollkeeper } from '../opened.ts';
import { orderPaywall } from '../paywall-order.ts';

const error = 'must be a line of 500 characters at most';
const reason = z
  .string()
  .trim()
  .max(500, { error })
  .regex(/^\P{Cc}*$/u, { error });

/** Stops a paywall. That only tightens, so it needs no PIN; and only a human resumes it. */
export const paywallPause = defineCommand({
  usage: 'paywall pause <paywall>',
  summary: 'Stop a paywall from the next request on',
  details:
    'An agent cannot resume what you paused here. `tollkeeper pause` stops everything at once.',
  options: [['--reason <text>', 'what for']],
  examples: ['tollkeeper paywall pause Weather'],
  input: z.strictObject({ paywall: z.string(), reason: reason.optional() }),
  run: (session, { paywall, reason }) =>
    withTollkeeper(session.home, async tollkeeper => {
      const found = await paywallMeant(tollkeeper, paywall);
      if (!found.ok) return found;
      const input = { paywallId: found.value.id, reason };
      return orderPaywall(session, tollkeeper, { kind: 'pause', input });
    }),
});

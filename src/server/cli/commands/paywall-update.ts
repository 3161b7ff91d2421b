import * as z from 'zod';
import { updateInput } from '../../../paywall/index.ts';
import { showPaywall } from '../../../tools/index.ts';
import { flag } from '../argument.ts';
import { defineCommand } from '../command.ts';
import { paywallMeant } from '../found-paywall.ts';
import { withTollkeeper } from '../opened.ts';
import { DRAFT_OPTIONS, draftFrom, draftInput } from '../paywall-draft.ts';
import { orderChange } from '../paywall-order.ts';

/** Changes a paywall, on a human's word. */
export const paywallUpdate = defineCommand({
  usage: 'paywall update <paywall>',
  summary: 'Change a paywall',
  details:
    'Names the paywall by its id, or by its name. What is not named stays; a route that is named, by options or in a file, replaces all routes. It is shown first, and needs your yes, or the approval PIN where one is set.',
  options: [
    ['--name <text>', 'another name'],
    ...DRAFT_OPTIONS,
    ['--yes', 'do not ask first; without effect where a PIN is set'],
  ],
  examples: ['tollkeeper paywall update Weather --price 20'],
  input: z.strictObject({
    paywall: z.string(),
    name: z.string().optional(),
    ...draftInput,
    yes: flag,
  }),
  run: (session, { paywall, name, yes, ...said }) =>
    withTollkeeper(session.home, async tollkeeper => {
      const found = await paywallMeant(tollkeeper, paywall);
      if (!found.ok) return found;
      const fixed = { paywallId: found.value.id, ...(name === undefined ? {} : { name }) };
      const { policy } = await showPaywall(tollkeeper, found.value);
      const draft = await draftFrom(updateInput, { fixed, policy }, said);
      if (!draft.ok) return draft;
      const plea = { question: 'Change it?', yes, before: found.value };
      return orderChange(session, tollkeeper, { kind: 'update', input: draft.value }, plea);
    }),
});

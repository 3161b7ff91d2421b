import * as z from 'zod';
import { createInput } from '../../../paywall/index.ts';
import { flag } from '../argument.ts';
import { defineCommand } from '../command.ts';
import { withTollkeeper } from '../opened.ts';
import { DRAFT_OPTIONS, draftFrom, draftInput } from '../paywall-draft.ts';
import { orderChange } from '../paywall-order.ts';

/** Puts a price on endpoints, on a human's word. */
export const paywallCreate = defineCommand({
  usage: 'paywall create <name>',
  summary: 'Put a price on an endpoint of yours',
  details:
    'With options it makes one route; a file may have many, and every other term. It is shown first, and needs your yes, or the approval PIN where one is set.',
  options: [
    ...DRAFT_OPTIONS,
    ['--paused', 'make it paused'],
    ['--yes', 'do not ask first; without effect where a PIN is set'],
  ],
  examples: [
    'tollkeeper paywall create Weather --host api.example --path /weather --upstream weather --price 10',
    'tollkeeper paywall create Weather --file weather.json',
  ],
  input: z.strictObject({ name: z.string(), ...draftInput, paused: flag, yes: flag }),
  async run(session, { name, paused, yes, ...said }) {
    const fixed = { name, ...(paused ? { status: 'paused' } : {}) };
    const draft = await draftFrom(createInput, { fixed }, said);
    if (!draft.ok) return draft;
    const command = { kind: 'create', input: draft.value } as const;
    return withTollkeeper(session.home, tollkeeper =>
      orderChange(session, tollkeeper, command, { question: 'Open it?', yes }),
    );
  },
});

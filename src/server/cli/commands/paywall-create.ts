import * as z from 'zod';
import { createInput } from '../../../paywall/index.ts';
import { flag, sats, whole } from '../argument.ts';
import { defineCommand } from '../command.ts';
import { withTollkeeper } from '../opened.ts';
import { DRAFT_OPTIONS, draftFrom } from '../paywall-draft.ts';
import { orderPaywall } from '../paywall-order.ts';
import { draftText } from '../paywall-text.ts';

const text = z.string().optional();
/** The options of `DRAFT_OPTIONS`, as they are typed. */
export const draftInput = {
  host: text,
  path: text,
  methods: text,
  upstream: text,
  url: text,
  price: sats.optional(),
  free: whole(0, 1000).optional(),
  uses: whole(1, 1_000_000).optional(),
  description: text,
  file: text,
};

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
    const plea = { question: 'Open it?', text: draftText(draft.value), yes };
    return withTollkeeper(session.home, tollkeeper =>
      orderPaywall(session, tollkeeper, { kind: 'create', input: draft.value }, plea),
    );
  },
});

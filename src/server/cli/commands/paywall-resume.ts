import * as z from 'zod';
import { flag } from '../argument.ts';
import { defineCommand } from '../command.ts';
import { orderNamed } from '../paywall-order.ts';

/** Lets a paywall sell again, on a human's word. */
export const paywallResume = defineCommand({
  usage: 'paywall resume <paywall>',
  summary: 'Let a paywall sell again',
  details: 'It is shown first, and needs your yes, or the approval PIN where one is set.',
  options: [['--yes', 'do not ask first; without effect where a PIN is set']],
  examples: ['tollkeeper paywall resume Weather'],
  input: z.strictObject({ paywall: z.string(), yes: flag }),
  run: (session, named) =>
    orderNamed(session, named, 'Let it sell?', paywallId => ({
      kind: 'resume',
      input: { paywallId },
    })),
});

import * as z from 'zod';
import { flag } from '../argument.ts';
import { defineCommand } from '../command.ts';
import { orderNamed } from '../paywall-order.ts';

/** Ends a paywall for good; its books stay. */
export const paywallArchive = defineCommand({
  usage: 'paywall archive <paywall>',
  summary: 'End a paywall for good; what it earned stays in the books',
  details: 'It cannot be taken back. Tokens that were bought for it open nothing any more.',
  options: [['--yes', 'do not ask first; without effect where a PIN is set']],
  examples: ['tollkeeper paywall archive Weather'],
  input: z.strictObject({ paywall: z.string(), yes: flag }),
  run: (session, named) =>
    orderNamed(session, named, 'End it for good?', paywallId => ({ kind: 'archive', paywallId })),
});

import * as z from 'zod';
import { closeChannel } from '../../../node/index.ts';
import { flag } from '../argument.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';
import { withOperator } from '../node/operator.ts';
import { agreeToMove } from '../node/real-money.ts';

const GENTLY = 'Its money comes back on-chain in some blocks, less an on-chain fee.';
const BY_FORCE =
  'Without the other side it is closed by force: its money comes back only after a delay that can be two weeks, and at a higher fee.';

/** Closes a channel, for good. */
export const nodeChannelClose = defineCommand({
  usage: 'node channel close <channel>',
  summary: 'Close a channel: its money comes back on-chain',
  details: 'A channel is named as `node channel list` shows it.',
  options: [
    ['--force', 'without the other side, which costs time and a higher fee'],
    ['--yes', 'do not ask first; without effect where a PIN is set'],
  ],
  examples: [
    'tollkeeper node channel close 6f1b5c0e2d7a48f3961c0b5a7e4d2f8193a6c5b4d7e8f9011223344556677889:0',
  ],
  input: z.strictObject({
    channel: z.string().regex(/^[0-9a-f]{64}:\d{1,5}$/, { error: 'must be transaction:output' }),
    force: flag,
    yes: flag,
  }),
  run: (session, { channel, force, yes }) =>
    withOperator(session, async (operator, desk) => {
      session.output.remark(force ? BY_FORCE : GENTLY);
      const agreed = await agreeToMove(session, desk, { question: `Close ${channel}?`, yes });
      if (!agreed.ok) return agreed;
      if (!agreed.value) {
        session.output.answer({ closing: false }, 'It stays open.');
        return EXIT.declined;
      }
      const closed = await closeChannel(operator, channel, force);
      if (!closed.ok) return closed;
      const transaction = closed.value;
      session.output.answer({ closing: true, transaction }, `It is being closed by ${transaction}`);
      return EXIT.done;
    }),
});

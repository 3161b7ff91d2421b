import * as z from 'zod';
import { sats as satsOf, showSats } from '../../../base/index.ts';
import { openChannel } from '../../../node/index.ts';
import { flag, sats, whole } from '../argument.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';
import { withOperator } from '../node/operator.ts';
import { agreeToMove } from '../node/real-money.ts';

const error = 'must be PUBKEY@HOST:PORT, or PUBKEY alone where it is connected already';
/** A node as people hand it on: 33 bytes of a public key, and where it is reached. */
const peer = z
  .string()
  .regex(/^0[23][0-9a-f]{64}(@(\[[0-9a-f:]+\]|[\w.-]{1,255}):\d{1,5})?$/, { error })
  .transform(text => {
    const [pubkey = '', host] = text.split('@');
    return { pubkey, host };
  });

/** Puts on-chain money of the node into a channel. */
export const nodeChannelOpen = defineCommand({
  usage: 'node channel open <peer> <sats>',
  summary: 'Open a channel to another node',
  details:
    'The sum is taken from what the node has on-chain, and can be spent by agents, within the caps, once the channel is open. That takes some blocks.',
  options: [
    ['--push <sats>', 'give so much of it to the other side at once'],
    ['--fee-rate <rate>', 'the on-chain fee, in sats per virtual byte (default: lnd’s estimate)'],
    ['--private', 'do not tell the network of it'],
    ['--yes', 'do not ask first; without effect where a PIN is set'],
  ],
  examples: [
    'tollkeeper node channel open 02eec7245d6b7d2ccb30380bfbe2a3648cd7a942653f5aa340edcea1f283686619@node.example:9735 200000',
  ],
  input: z.strictObject({
    peer,
    sats,
    push: sats.optional(),
    feeRate: whole(1, 5000).optional(),
    private: flag,
    yes: flag,
  }),
  run: (session, given) =>
    withOperator(session, async (operator, desk) => {
      const { pubkey, host } = given.peer;
      const push =
        given.push === undefined ? '' : `, of which ${showSats(satsOf(given.push))} are given away`;
      session.output.remark(`A channel of ${showSats(satsOf(given.sats))} to ${pubkey}${push}.`);
      const agreed = await agreeToMove(session, desk, { question: 'Open it?', yes: given.yes });
      if (!agreed.ok) return agreed;
      if (!agreed.value) {
        session.output.answer({ opened: false }, 'Nothing was opened.');
        return EXIT.declined;
      }
      const opened = await openChannel(operator, {
        pubkey,
        host,
        sats: given.sats,
        pushSats: given.push ?? 0,
        feeRate: given.feeRate,
        isPrivate: given.private,
      });
      if (!opened.ok) return opened;
      const point = opened.value;
      session.output.answer({ opened: true, point }, `It is being opened: ${point}`);
      return EXIT.done;
    }),
});

import * as z from 'zod';
import { showSats } from '../../../base/index.ts';
import { type Channel, listChannels } from '../../../node/index.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';
import { table } from '../layout.ts';
import { withOperator } from '../node/operator.ts';

/** Lists the channels of the node. */
export const nodeChannelList = defineCommand({
  usage: 'node channel list',
  summary: 'List the channels of the node: open, opening and closing',
  examples: ['tollkeeper node channel list'],
  input: z.strictObject({}),
  run: session =>
    withOperator(session, async operator => {
      const listed = await listChannels(operator);
      if (!listed.ok) return listed;
      const channels = listed.value;
      const none = 'There are no channels.';
      session.output.answer({ channels }, channels.length === 0 ? none : textOf(channels));
      return channels.length === 0 ? EXIT.nothing : EXIT.done;
    }),
});

function textOf(channels: readonly Channel[]): string {
  const head = ['state', 'can send', 'can receive', 'size', 'peer', 'channel'];
  const rows = channels.map(({ state, outbound, inbound, capacity, peer, point }) => [
    state,
    showSats(outbound),
    showSats(inbound),
    showSats(capacity),
    `${peer.slice(0, 16)}…`,
    point,
  ]);
  return table([head, ...rows]);
}

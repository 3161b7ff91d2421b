import * as z from 'zod';
import { problem, showSats } from '../../../base/index.ts';
import type { Snapshot } from '../../../node/index.ts';
import { nodeViewOf } from '../../node.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';
import { fields } from '../layout.ts';
import { openNodeDesk } from '../node/desk.ts';
import { chainText, troubleOf } from '../node/state-text.ts';
import { problemAt } from '../problem.ts';

/** Shows what the node is at. */
export const nodeStatus = defineCommand({
  usage: 'node status',
  summary: 'Show the Lightning node: whether it runs, its chain, its money, its backup',
  examples: ['tollkeeper node status', 'tollkeeper node status --json'],
  input: z.strictObject({}),
  async run(session) {
    const desk = await openNodeDesk(session);
    if (!desk.ok) return desk;
    const { sealer, policy, log, network, lnd } = desk.value;
    const { home, clock, output } = session;
    const seen = await nodeViewOf({ home, sealer, clock, log }, policy);
    if (seen === undefined) return EXIT.nothing;
    const code = troubleOf(seen);
    const hint = code && problemAt(home, { code }).hint;
    output.answer(
      { network, mode: lnd.mode, ...seen, code, hint },
      [fields(rowsOf(network, { ...seen, code })), hint && `→ ${hint}`].filter(Boolean).join('\n'),
    );
    return seen.health === 'healthy' ? EXIT.done : EXIT.failed;
  },
});

function rowsOf(
  network: string,
  seen: Snapshot,
): readonly (readonly [string, string | undefined])[] {
  const { synced, height, onChain, arriving, outbound, inbound, code } = seen;
  const coming = arriving && arriving > 0n ? `, and ${showSats(arriving)} not confirmed yet` : '';
  return [
    ['Network', network],
    ['Node', `${seen.lifecycle}, ${seen.health}`],
    ['lnd', seen.version],
    ['Trouble', code && problem(code).message],
    ['Wallet', seen.wallet],
    ['Words', seen.recovery?.replaceAll('_', ' ')],
    ['Chain', synced === undefined ? undefined : chainText(synced, height)],
    ['On-chain', onChain === undefined ? undefined : `${showSats(onChain)}${coming}`],
    ['Can send', outbound === undefined ? undefined : showSats(outbound)],
    ['Can receive', inbound === undefined ? undefined : showSats(inbound)],
    ['Channel backup', seen.channelBackup],
  ];
}

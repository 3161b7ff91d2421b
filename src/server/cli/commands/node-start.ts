import * as z from 'zod';
import { type Refused, refuse, SECOND } from '../../../base/index.ts';
import {
  type NodePlace,
  type NodeState,
  readNodeState,
  startInBackground,
  wish,
} from '../../../node/index.ts';
import { whole } from '../argument.ts';
import { defineCommand } from '../command.ts';
import { EXIT, type Exit } from '../exit.ts';
import { openSupervisedDesk } from '../node/desk.ts';
import { keeperProgram } from '../node/keeper-program.ts';
import { stateText } from '../node/state-text.ts';
import { watchState } from '../node/state-watch.ts';
import type { Session } from '../session.ts';

/** Starts the node apart from the terminal, and waits until it is ready. */
export const nodeStart = defineCommand({
  usage: 'node start',
  summary: 'Start the Lightning node, and keep it running',
  details:
    'A keeper goes on in the background: it unlocks the wallet, starts lnd again when it ends by itself, and copies the channel backup. The command waits until the node is ready, or for --wait seconds; the node goes on either way.',
  options: [['--wait <seconds>', 'how long to wait until it is ready (default: 60)']],
  examples: ['tollkeeper node start', 'tollkeeper node start --wait 0 --json'],
  input: z.strictObject({ wait: whole(0, 86_400).default(60) }),
  async run(session, { wait }) {
    const desk = await openSupervisedDesk(session);
    if (!desk.ok) return desk;
    const { place, vault } = desk.value;
    if ((await vault.read('password')) === undefined) return refuse('node_not_initialized');
    await wish(place, 'running', session.clock);
    const { keeper } = await readNodeState(place, session.clock);
    if (keeper === undefined) startInBackground(keeperProgram(session.home));
    return ready(session, place, wait * SECOND);
  },
});

async function ready(session: Session, place: NodePlace, ms: number): Promise<Exit | Refused> {
  const { output, clock } = session;
  const state = await watchState({
    place,
    clock,
    ms,
    isEnd: ({ health, lifecycle, code }) =>
      health === 'healthy' || lifecycle === 'failed' || code === 'node_password_wrong',
    tell: seen => output.remark(stateText(seen)),
  });
  if (state.lifecycle === 'failed') return failed(session, state);
  output.answer(state, `The node is ${stateText(state)}.`);
  return state.health === 'healthy' ? EXIT.done : EXIT.failed;
}

function failed({ output }: Session, { code, lines }: NodeState): Refused {
  if (lines.length > 0) output.remark(['The last that lnd said:', ...lines].join('\n'));
  return refuse(code ?? 'node_unreachable');
}

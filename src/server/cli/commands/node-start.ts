import * as z from 'zod';
import { type Code, type Refused, refuse, SECOND } from '../../../base/index.ts';
import {
  type NodePlace,
  type NodeState,
  readNodeState,
  startInBackground,
  type Vault,
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
    const { wallet } = await readNodeState(place, session.clock);
    if (wallet === 'uninitialized') return refuse('node_not_initialized');
    if (await isHalfMade(vault)) {
      return refuse(
        'node_not_initialized',
        'Its making was broken off; the same command finishes it.',
      );
    }
    const wished = session.clock.now();
    await wish(place, 'running', session.clock);
    return ready(session, { place, wished, ms: wait * SECOND });
  },
});

/** What only a human with the password helps against. */
const LOCKED: ReadonlySet<Code | undefined> = new Set<Code>(['node_locked', 'node_password_wrong']);

/** A wallet of ours, for its password was made here, that lacks what its keeper needs. */
async function isHalfMade(vault: Vault): Promise<boolean> {
  const [password, keeper] = await Promise.all([vault.read('password'), vault.read('keeper')]);
  return password !== undefined && keeper === undefined;
}

/** How long a keeper may take until it shows, ms. */
const SHOWING_MS: number = 3 * SECOND;

/** What is waited for: the node of a place, wished for at a time, ms, for so many ms. */
interface Wait {
  readonly place: NodePlace;
  readonly wished: number;
  readonly ms: number;
}

async function ready(session: Session, { place, wished, ms }: Wait): Promise<Exit | Refused> {
  const { output, clock } = session;
  const state = await watchState({
    place,
    clock,
    ms,
    look: keptBy(session),
    // What a keeper saw before it heard the wish is no answer to it.
    isEnd: ({ health, lifecycle, code, at }) =>
      health === 'healthy' || (at >= wished && (lifecycle === 'failed' || LOCKED.has(code))),
    tell: seen => output.remark(stateText(seen)),
  });
  if (state.lifecycle === 'failed') return failed(session, state);
  if (state.code !== undefined && LOCKED.has(state.code)) return refuse(state.code);
  output.answer(state, `The node is ${stateText(state)}.`);
  return state.health === 'healthy' ? EXIT.done : EXIT.failed;
}

/** Starts a keeper wherever there is none: the one that was there may be about to end, as after `node stop`. */
function keptBy({ home, clock }: Session): (state: NodeState) => void {
  let startedAt = Number.NEGATIVE_INFINITY;
  return ({ keeper }) => {
    if (keeper !== undefined || clock.now() - startedAt < SHOWING_MS) return;
    startInBackground(keeperProgram(home));
    startedAt = clock.now();
  };
}

function failed({ output }: Session, { code, lines }: NodeState): Refused {
  if (lines.length > 0) output.remark(['The last that lnd said:', ...lines].join('\n'));
  return refuse(code ?? 'node_unreachable');
}

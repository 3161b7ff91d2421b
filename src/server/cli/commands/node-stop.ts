import * as z from 'zod';
import { type Refused, refuse, SECOND } from '../../../base/index.ts';
import { killNode, type NodeState, readNodeState, wish } from '../../../node/index.ts';
import { flag, whole } from '../argument.ts';
import { defineCommand } from '../command.ts';
import { consent } from '../consent.ts';
import { EXIT, type Exit } from '../exit.ts';
import { type NodeDesk, openSupervisedDesk } from '../node/desk.ts';
import { keeperOf } from '../node/keeper.ts';
import { stateText } from '../node/state-text.ts';
import { watchState } from '../node/state-watch.ts';
import type { Session } from '../session.ts';

/** Stops the node cleanly; killing it is a human's explicit wish. */
export const nodeStop = defineCommand({
  usage: 'node stop',
  summary: 'Stop the Lightning node cleanly',
  details:
    'Payments on their way stay with the node and go on when it is started again. It is asked to end and never killed, since that can harm its wallet; --kill does it all the same, after asking.',
  options: [
    ['--wait <seconds>', 'how long to wait until it has ended (default: 60)'],
    ['--kill', 'end it by force, if it does not end by itself'],
    ['--yes', 'do not ask before killing; without effect where a PIN is set'],
  ],
  examples: ['tollkeeper node stop'],
  input: z.strictObject({ wait: whole(0, 3600).default(60), kill: flag, yes: flag }),
  async run(session, { wait, kill, yes }) {
    const desk = await openSupervisedDesk(session);
    if (!desk.ok) return desk;
    return kill ? killed(session, desk.value, yes) : stopped(session, desk.value, wait * SECOND);
  },
});

async function stopped(session: Session, desk: NodeDesk, ms: number): Promise<Exit | Refused> {
  const { output, clock } = session;
  const { place } = desk;
  await wish(place, 'stopped', clock);
  const { keeper, lifecycle } = await readNodeState(place, clock);
  if (lifecycle === 'stopped' && keeper === undefined) {
    output.answer({ stopped: true, changed: false }, 'The node does not run.');
    return EXIT.nothing;
  }
  // A node whose keeper died is stopped by this process, which has charge of it as long as that takes.
  const own = keeper === undefined ? await keeperOf(session, desk) : undefined;
  if (own?.ok === false) return own;
  const state = await watchState({
    place,
    clock,
    ms,
    isEnd,
    tell: seen => output.remark(stateText(seen)),
  });
  await own?.value.close({ leave: true });
  if (!isEnd(state)) return refuse('node_stop_pending');
  output.answer({ stopped: true, changed: true }, 'The node has ended.');
  return EXIT.done;
}

function isEnd({ lifecycle }: NodeState): boolean {
  return lifecycle === 'stopped' || lifecycle === 'failed';
}

async function killed(
  session: Session,
  { place, pin }: NodeDesk,
  yes: boolean,
): Promise<Exit | Refused> {
  session.output.remark(
    'lnd is ended at once, without writing down what it is at. Its database is made to survive that; a channel may still be closed by force because of it.',
  );
  const agreed = await consent(session, pin, { question: 'Kill it?', yes });
  if (!agreed.ok) return agreed;
  if (!agreed.value) {
    session.output.answer({ killed: false }, 'It goes on.');
    return EXIT.declined;
  }
  // Else its keeper would start it again.
  await wish(place, 'stopped', session.clock);
  const gone = killNode(place);
  session.output.answer({ killed: gone }, gone ? 'It was killed.' : 'The node does not run.');
  return gone ? EXIT.done : EXIT.nothing;
}

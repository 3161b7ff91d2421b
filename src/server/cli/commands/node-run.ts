import * as z from 'zod';
import type { Keeper } from '../../../node/index.ts';
import { wish } from '../../../node/index.ts';
import { defineCommand } from '../command.ts';
import { EXIT, type Exit } from '../exit.ts';
import { interruption } from '../interruption.ts';
import { openSupervisedDesk } from '../node/desk.ts';
import { keeperOf } from '../node/keeper.ts';
import { stateText } from '../node/state-text.ts';
import type { Session } from '../session.ts';
import { tellOf } from '../tell.ts';

/** Keeps the node from this terminal. `node start` runs it in the background. */
export const nodeRun = defineCommand({
  usage: 'node run',
  summary: 'Keep the Lightning node from this terminal, until Ctrl-C or `tollkeeper node stop`',
  details:
    '`tollkeeper up` does the same beside paying; `tollkeeper node start` does it in the background.',
  examples: ['tollkeeper node run'],
  input: z.strictObject({}),
  async run(session) {
    const desk = await openSupervisedDesk(session);
    if (!desk.ok) return desk;
    const ended = interruption();
    const keeper = await keeperOf(session, desk.value);
    if (!keeper.ok) return keeper;
    await wish(desk.value.place, 'running', session.clock);
    return kept(session, keeper.value, ended);
  },
});

/** Tells what becomes of the node, until it was stopped or this process is asked to end; then lnd ends with it. */
async function kept(session: Session, keeper: Keeper, ended: AbortSignal): Promise<Exit> {
  const tell = tellOf(session);
  while (!ended.aborted) {
    const state = keeper.state();
    tell({ event: 'node', ...state }, `The node is ${stateText(state)}.`);
    if (state.lifecycle === 'stopped' && keeper.wanted() === 'stopped') break;
    await keeper.changed(ended);
  }
  tell({ event: 'stopping' }, 'Stopping the node.');
  await keeper.close({ leave: false });
  return EXIT.done;
}

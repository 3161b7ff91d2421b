import type { ServerContext } from '@modelcontextprotocol/server';
import type { Human, ToolContext } from '../../tools/index.ts';
import { surroundingsOf } from '../approval-text.ts';
import type { Tollkeeper } from '../compose.ts';
import { nodeStatusOf } from '../node-status.ts';
import { LOCAL_OWNER } from '../owner.ts';
import type { Client } from './client.ts';
import type { Dialogs } from './dialog.ts';
import { progressOf } from './progress.ts';
import { askByRetry, broughtBy, stateCodecOf } from './retry.ts';
import { sheetFor } from './sheet.ts';

/** One call's view of the whole: the client that made it, and the way to its human. */
export async function toolContext(
  tollkeeper: Tollkeeper,
  client: Client,
  dialogs: Dialogs,
  context: ServerContext,
): Promise<ToolContext> {
  const { buyer, store, clock, home } = tollkeeper;
  const around = await surroundingsOf(tollkeeper);
  const human: Human = {
    line: lineTo(client),
    brought: client.modern ? broughtBy(context) : undefined,
    show: asking => dialogs.show(sheetFor(asking, tollkeeper, around)),
    put: async asking => {
      // The budget may have changed while the call went on.
      const sheet = sheetFor(asking, tollkeeper, await surroundingsOf(tollkeeper));
      return askByRetry(asking, sheet, stateCodecOf(tollkeeper), context);
    },
  };
  return {
    owner: LOCAL_OWNER,
    caller: client.name,
    buyer,
    tasks: store.tasks,
    bodies: store.bodies,
    seller: tollkeeper.seller,
    paywalls: store.paywalls,
    offer: tollkeeper.offer,
    nodeStatus: () => nodeStatusOf(tollkeeper),
    human,
    wallet: around.wallet,
    progress: progressOf(context),
    signal: context.mcpReq.signal,
    clock,
    command: home.command,
  };
}

function lineTo({ canAsk, modern }: Client): Human['line'] {
  if (!canAsk) return 'none';
  return modern ? 'retry' : 'dialog';
}

import { type Refused, SECOND } from '../../../base/index.ts';
import { type Keeper, wish } from '../../../node/index.ts';
import type { Session } from '../session.ts';
import type { Tell } from '../tell.ts';
import { type NodeDesk, openNodeDesk } from './desk.ts';
import { keeperOf } from './keeper.ts';
import { stateText } from './state-text.ts';

/** How often a node that another process keeps is tried for, ms: that one may end. */
const AGAIN_MS: number = 5 * SECOND;

/** The care for the node beside another task. */
export interface NodePost {
  /** Stops the node, if this process has charge of it, and gives the charge up. */
  close(): Promise<void>;
}

/** Takes care of the node of the settings, if they name one of ours, and tells what becomes of it. Never rejects. */
export function openNodePost(session: Session, tell: Tell): NodePost {
  const closing = new AbortController();
  let keeper: Keeper | undefined;
  const care = async (): Promise<void> => {
    const desk = await openNodeDesk(session);
    if (!desk.ok || desk.value.lnd.mode !== 'supervised') return;
    const charge = await chargeOf(session, desk.value, tell, closing.signal);
    if (charge === undefined) return;
    keeper = charge;
    await report(charge, tell, closing.signal);
  };
  const cared = care().catch(() => {
    tell(
      { event: 'node', lifecycle: 'failed' },
      'The node could not be looked after; see the log.',
    );
  });
  return {
    async close() {
      closing.abort();
      await cared;
      await keeper?.close({ leave: false });
    },
  };
}

/** Takes charge as soon as nobody else has it; undefined if that cannot be, or is no longer wanted. */
async function chargeOf(
  session: Session,
  desk: NodeDesk,
  tell: Tell,
  closing: AbortSignal,
): Promise<Keeper | undefined> {
  for (let told = false; !closing.aborted; await session.clock.after(AGAIN_MS, closing)) {
    const keeper = await keeperOf(session, desk);
    if (keeper.ok) {
      // What was wished while another process kept the node still counts: a node that was stopped stays so.
      if (!told) await wish(desk.place, 'running', session.clock);
      return keeper.value;
    }
    if (!told) tell({ event: 'node_standing_by', code: keeper.code }, standingBy(keeper));
    told = true;
    if (keeper.code !== 'node_busy') return undefined;
  }
  return undefined;
}

function standingBy({ code, detail }: Refused): string {
  return code === 'node_busy'
    ? 'Another process keeps the node; this one takes over when that ends.'
    : `The node is not looked after: ${detail ?? code}`;
}

async function report(keeper: Keeper, tell: Tell, closing: AbortSignal): Promise<void> {
  for (let told: string | undefined; !closing.aborted; await keeper.changed(closing)) {
    const state = keeper.state();
    // Each block of the chain is no news.
    const news = stateText({ ...state, height: undefined });
    if (news !== told) tell({ event: 'node', ...state }, `The node is ${stateText(state)}.`);
    told = news;
  }
}

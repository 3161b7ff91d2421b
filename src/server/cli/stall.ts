import { asTollkeeperError, type Code, problem, SECOND } from '../../base/index.ts';
import type { Tollkeeper } from '../compose.ts';
import { type Selling, trySelling } from '../selling.ts';
import { openingText } from './selling-text.ts';
import type { Session } from './session.ts';
import { tellOf } from './tell.ts';

/** How long running requests have when a process that stays is asked to end, ms: it has 5 s in all. */
const DRAIN_MS: number = 3 * SECOND;

/** The gateway of a process that stays: opened as soon as there is something to sell, and never for a buyer alone. */
export interface Stall {
  /** Opens it if it is time to. Never rejects. */
  tend(): Promise<void>;
  close(): Promise<void>;
}

/** Prepares the gateway of a process that stays. A place that is taken is told of once, and tried again. */
export function openStall(session: Session, tollkeeper: Tollkeeper): Stall {
  const tell = tellOf(session);
  let selling: Selling | undefined;
  let complained = false;
  const complain = (code: Code, detail?: string): void => {
    const { message } = problem(code, detail);
    if (!complained) tell({ event: 'gateway_shut', code }, `The gateway is not open. ${message}`);
    complained = true;
  };
  const open = async (): Promise<void> => {
    if (selling !== undefined || !(await hasWares(tollkeeper))) return;
    const opened = await trySelling(tollkeeper, { drainMs: DRAIN_MS });
    if (!opened.ok) return complain(opened.code, opened.detail);
    selling = opened.value;
    const { url, adminUrl } = selling;
    tell({ event: 'gateway_open', url, adminUrl }, openingText(selling));
  };
  return {
    tend: () =>
      open().catch((thrown: unknown) => {
        const error = asTollkeeperError(thrown);
        tollkeeper.log.error({ code: error.code, error }, 'the gateway could not be opened');
        complain(error.code, error.detail);
      }),
    async close() {
      await selling?.close();
    },
  };
}

async function hasWares({ rules, store }: Tollkeeper): Promise<boolean> {
  const { seller } = await rules();
  if (seller.listen === '') return false;
  const { paywalls } = await store.paywalls.registry.view();
  return paywalls.some(({ status }) => status === 'active');
}

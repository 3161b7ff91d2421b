import type { FakePlace } from '../lnd/lnd.ts';
import { openFakeLnd } from '../lnd/lnd.ts';
import type { Node } from '../lnd/node.ts';
import { tellAddress } from './lnd-wallet.ts';

/** The money of a bank, whose books count what is done by lnd's wire too. */
export interface LndBank extends FakePlace, Pick<Node, 'orders' | 'looked'> {
  /** Where it says how it is reached. */
  readonly file: string;
}

/** Serves the money of a bank by lnd's wire. */
export async function serveAsLnd({ file, orders, looked, ...place }: LndBank): Promise<void> {
  const lnd = await openFakeLnd(place);
  Object.assign(lnd.node, { orders, looked });
  tellAddress(file, lnd.address());
}

import { join } from 'node:path';
import type { AuthenticatedLnd } from 'ln-service';
import { afterAll, beforeAll, inject, test } from 'vitest';
import type { Bank } from '../crash/bank-port.ts';
import { tellAddress } from '../crash/lnd-wallet.ts';
import { CELLS, type Cell, FATES, isReached } from '../crash/matrix.ts';
import { dieAndRecover, SETTINGS } from '../crash/matrix-story.ts';
import { openRigWith, type Rig } from '../crash/rig.ts';
import { openBank } from './bank.ts';
import { ourAddress, ourLnd } from './books.ts';
import { bringUp, type Network } from './bring-up.ts';
import { openNode } from './node.ts';

// The crash matrix with real money in flight: the buyer's process dies, and the truth is in the books of our lnd. A
// payment that is stuck is a held invoice of the merchant's, so that it is really on its way when the buyer dies.

const STUCK: readonly string[] = ['stuck, then settled', 'stuck, then failed'];
/** Where it matters how lnd goes on by itself, every fate; and one that is really in flight everywhere else. */
const FATES_OF: Readonly<Record<string, readonly string[]>> = {
  C1: ['instant', 'fail', ...STUCK],
  C2: ['instant', 'fail', ...STUCK],
  C3: ['instant', ...STUCK],
  C8: ['fail', ...STUCK],
};

const SCENES = CELLS.flatMap(cell =>
  FATES.filter(({ name }) => (FATES_OF[cell.name] ?? STUCK.slice(0, 1)).includes(name))
    .filter(fate => isReached(cell, fate))
    .map((fate): readonly [string, string, Cell, typeof fate] => [
      `${cell.name}: ${cell.story}`,
      fate.name,
      cell,
      fate,
    ]),
);

let network: Network;
let ours: AuthenticatedLnd;

beforeAll(async () => {
  network = await bringUp(inject('binaries'));
  await openNode(network);
  ours = await ourLnd(network.operator);
});
afterAll(() => network?.close());

test.for(SCENES)(
  'a buyer dies at %s; whoever comes next ends it truly, with at most one debit: %s',
  ([_cell, _fate, cell, fate], context) =>
    dieAndRecover(cell, fate, () => openLightningRig(context)),
);

function openLightningRig(context: Parameters<typeof openRigWith>[1]): Promise<Rig> {
  return openRigWith(SETTINGS, context, async place => {
    const lnd = join(place, 'lnd.json');
    tellAddress(lnd, await ourAddress(network.operator, 'buyer'));
    // It has all that the matrix asks of a bank.
    return { bank: openBank(network, ours) as Bank, socket: '', lnd };
  });
}

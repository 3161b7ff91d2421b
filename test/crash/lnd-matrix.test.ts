import { test } from 'vitest';
import { CELLS, type Cell, FATES, isReached } from './matrix.ts';
import { dieAndRecover, SETTINGS } from './matrix-story.ts';
import { openRig } from './rig.ts';

// The crash matrix once more, for those whose wallet is an lnd: the product's own wallet of one, over a wire like
// lnd's, with the bank at its other end.

const ALL: readonly string[] = [
  'instant',
  'fail',
  'stuck, then settled',
  'stuck, then failed',
  'error_after_acceptance',
];

/** What lnd does matters from when it hears of a payment until it has said what became of it. */
const FATES_OF: Readonly<Record<string, readonly string[]>> = {
  C1: ALL,
  C2: ALL,
  C3: ALL,
  C8: ALL,
  C9: ['instant', 'fail', 'error_after_acceptance'],
};

const SCENES = CELLS.flatMap(cell =>
  FATES.filter(({ name }) => (FATES_OF[cell.name] ?? ['instant']).includes(name))
    .filter(fate => isReached(cell, fate))
    .map((fate): readonly [string, string, Cell, typeof fate] => [
      `${cell.name}: ${cell.story}`,
      fate.name,
      cell,
      fate,
    ]),
);

test.concurrent.for(SCENES)(
  'a buyer that pays through lnd dies at %s; whoever comes next ends it truly, with at most one debit: %s',
  ([_cell, _fate, cell, fate], context) =>
    dieAndRecover(cell, fate, () => openRig(SETTINGS, context, 'lnd')),
);

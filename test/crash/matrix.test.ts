import { describe, test } from 'vitest';
import { CELLS, FATES, isReached } from './matrix.ts';
import { dieAndRecover, passBy } from './matrix-story.ts';

// The crash matrix: a buyer's process dies at its worst moment, under every behaviour of the wallet, and whoever
// starts next finishes what it began. The bank lives on and knows the truth.

describe.each(CELLS)('$name: a buyer dies $story;', cell => {
  test.each(FATES.filter(fate => isReached(cell, fate)))(
    'whoever comes next ends it truly, with at most one debit: $name',
    fate => dieAndRecover(cell, fate),
  );

  const unreached = FATES.filter(fate => !isReached(cell, fate));
  test.runIf(unreached.length > 0).each(unreached)(
    'it never comes there, and ends truly by itself: $name',
    fate => passBy(cell, fate),
  );
});

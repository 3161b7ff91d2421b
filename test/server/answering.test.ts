import { expect, test } from 'vitest';
import { type Problem, silent, TollkeeperError } from '../../src/base/index.ts';
import { brokenOff } from '../../src/server/cli/answering.ts';
import type { Session } from '../../src/server/cli/session.ts';
import type { Tollkeeper } from '../../src/server/compose.ts';

test('an approval that is broken off by a failing record says that money may have moved', () => {
  const said: Problem[] = [];
  const home = { command: (words: string) => `tollkeeper ${words}` };
  const session = { home, output: { refuse: (problem: Problem) => said.push(problem) } };
  const exit = brokenOff(
    session as unknown as Session,
    { log: silent } as Tollkeeper,
    new TollkeeperError('store_unavailable'),
  );
  expect(exit).toBe(5);
  const unsure = { code: 'store_unavailable', money: 'maybe_moved', retry: 'poll' };
  expect(said).toMatchObject([unsure]);
  expect(said[0]?.hint).toContain('Look at the task before you repeat anything');
});

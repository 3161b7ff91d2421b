import { expect, onTestFinished, test, vi } from 'vitest';
import { bear } from '../../src/node/index.ts';
import { readRun } from '../../src/node/run-record.ts';
import { openTalk } from '../../src/node/talk.ts';
import { movedClock } from '../wallet/play.ts';
import { NEW_WALLET, operatedLnd } from './operated-lnd.ts';

test.each([
  ['how far it is', 'getState', 'silent'],
  ['how it is', 'getInfo', 'serving'],
])('an lnd that does not say %s is not asked for ever', async (_what, method, stage) => {
  const lnd = await operatedLnd();
  await bear(lnd.nursery, NEW_WALLET);
  lnd.says(method, () => Promise.withResolvers<object>().promise);
  const clock = movedClock();
  clock.hurry(5);
  const { place, vault } = lnd;
  const { log } = lnd.nursery;
  const talk = openTalk({ place, vault, clock, log, socket: readRun(place)!.socket });
  onTestFinished(() => talk.close());
  expect(await talk.hear()).toMatchObject({ stage, code: 'node_unreachable' });
  await vi.waitUntil(() => lnd.open.size === 0);
});

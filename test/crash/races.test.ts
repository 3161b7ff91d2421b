import { expect, test } from 'vitest';
import { MINUTE, sats } from '../../src/base/index.ts';
import { FREE_HAND, policyOf } from '../task/parts.ts';
import { checkBooks, checkEnd } from './books-check.ts';
import { openRig, type Rig } from './rig.ts';
import { scaled } from './scale.ts';

// Eight processes on one record: one purchase is bought once, whoever wants it, and one budget is spent once.

const PROCESSES = 8;
const crowd = (rig: Rig) => Promise.all(Array.from({ length: PROCESSES }, () => rig.start()));

const ROUNDS = scaled(100, 1_000);
test(`eight processes that buy the same at once pay once and all get it, ${ROUNDS} times`, {
  timeout: 30 * MINUTE,
}, async () => {
  const settings = { ...FREE_HAND, caps: { daySats: 10_000 } };
  const rig = await openRig(settings);
  const seller = await rig.seller();
  seller.price = sats(1);
  const buyers = await crowd(rig);
  for (let round = 1; round <= ROUNDS; round += 1) {
    const url = `${seller.origin}/${round}`;
    const bought = await Promise.all(buyers.map(buyer => buyer.tell({ do: 'buy', url })));
    const paid = bought.filter(({ status }) => status !== 'cached');
    for (const one of paid) expect(one).toMatchObject({ status: 'completed', money: 'moved' });
    expect(new Set(paid.map(({ taskId }) => taskId)).size).toBe(1);
    expect((await rig.bank.counts()).payments).toBe(round);
  }
  await checkBooks(rig, policyOf(settings));
  await checkEnd(rig);
});

const TRIES = 300;
const CAP = 1_000;
test(`eight processes that try to hold ${TRIES} sats each hold the budget of ${CAP} to the last sat, and wait for nothing in vain`, {
  timeout: 10 * MINUTE,
}, async () => {
  const settings = { caps: { daySats: CAP }, fees: { baseSats: 0, percent: 0 } };
  const rig = await openRig(settings);
  const buyers = await crowd(rig);
  await Promise.all(buyers.map(buyer => buyer.tell({ do: 'prepare', count: TRIES })));
  const outcomes = await Promise.all(buyers.map(buyer => buyer.tell({ do: 'reserve' })));
  const counted = Map.groupBy(outcomes.flat(), outcome => outcome);
  expect([...counted].map(([outcome, all]) => [outcome, all.length]).sort()).toEqual([
    ['BUDGET_EXCEEDED', PROCESSES * TRIES - CAP],
    ['reserved', CAP],
  ]);
  const now = rig.clock.now();
  const { spend } = await rig.store.ledger.books({ owner: 'local', host: 'none', now });
  expect(spend.day).toBe(sats(CAP));
  await checkBooks(rig, policyOf(settings));
});

import { describe, expect, test } from 'vitest';
import { DAY, MINUTE, SECOND, sats } from '../../src/base/index.ts';
import { purchaseOf, type Task } from '../../src/task/index.ts';
import { openExecutor } from '../../src/task/open.ts';
import { kindsOf, type Market, visitMarket } from '../task/market.ts';
import { FREE_HAND } from '../task/parts.ts';
import type { Seller } from '../task/seller.ts';

// Crash matrix C12: the machine's clock jumps by a day in the middle of a purchase. Nothing that was held or spent
// is free by it, no yes comes back to life, and nobody is locked out.

const BOUGHT = { status: 'completed', money: 'moved' };
const JUMPS = [
  ['a day ahead', DAY],
  ['a day back', -DAY],
] as const;

const spentAt = async (market: Market, { host }: Seller) => {
  const now = market.clock.now();
  const { spend, inFlight } = await market.store.ledger.books({ owner: 'local', host, now });
  return { ...spend, inFlight: inFlight.all };
};

const opened = async (settings = {}): Promise<[Market, Seller]> => {
  const market = await visitMarket({ settings });
  return [market, await market.seller()];
};

const cut = (all: Market, task: Task, kind: 'reserved' | 'settled' | 'expired') =>
  all.until(task, one => kindsOf(one).includes(kind));

describe('while a human is asked', () => {
  test('a clock a day ahead ends the question, and putting it right does not open it again', async () => {
    const [market, seller] = await opened();
    const task = await market.buy(`${seller.origin}/a`);
    const askId = await market.asked(task);
    market.clock.move(DAY);
    await cut(market, task, 'expired');
    market.clock.move(-DAY);
    const yes = { askId, verdict: { kind: 'once' }, via: 'terminal' } as const;
    expect(await market.buyer.answer(task, yes)).toBe('already_answered');
    await market.pass(MINUTE, 10 * SECOND);
    expect(await market.status(task)).toMatchObject({ status: 'blocked', money: 'not_moved' });
    expect(await market.debits()).toBe(0);
  });

  test('a clock a day back leaves it open for one answer, which pays once', async () => {
    const [market, seller] = await opened();
    const task = await market.buy(`${seller.origin}/a`);
    await market.asked(task);
    market.clock.move(-DAY);
    // The invoice is from the future now, so it is not paid before the clock is right again.
    expect(await market.say(task, 'once')).toBe('approved');
    market.clock.move(DAY);
    await market.outlast(task);
    expect(await market.debits()).toBeLessThanOrEqual(1);
    expect((await market.kinds(task)).filter(kind => kind === 'reserved').length).toBe(
      await market.debits(),
    );
  });
});

test('a yes that lapsed while the clock was a day ahead buys nothing once it is put right', async () => {
  const [market, seller] = await opened();
  const task = await market.buy(`${seller.origin}/a`);
  const askId = await market.asked(task);
  await market.executor.close();
  await market.buyer.answer(task, { askId, verdict: { kind: 'once' }, via: 'terminal' });
  market.clock.move(DAY);
  await market.restart();
  // A new question takes the place of the old yes, and stays in its place.
  await market.until(task, ({ facts }) => facts.at(-1)?.kind === 'asked');
  market.clock.move(-DAY);
  await market.pass(MINUTE, 10 * SECOND);
  expect(await market.asked(task)).not.toBe(askId);
  expect(await market.debits()).toBe(0);
});

describe.each(JUMPS)('a clock %s', (_how, jump) => {
  test('while a payment is on its way keeps the sum held, and the payment is found', async () => {
    const [market, seller] = await opened(FREE_HAND);
    await market.sandbox.setBehaviour({ kind: 'stuck' });
    const task = await market.buy(`${seller.origin}/a`);
    const { facts } = await cut(market, task, 'reserved');
    // The wallet has it, and whoever handed it over has waited for long enough.
    await market.clock.asleep(25 * SECOND);
    await market.pass(30 * SECOND);
    const held = { hostDay: sats(106), hour: sats(106), day: sats(106), inFlight: 1 };
    expect(await spentAt(market, seller)).toMatchObject(held);
    market.clock.move(jump);
    expect(await spentAt(market, seller)).toMatchObject(held);
    await market.pass(2 * MINUTE, 10 * SECOND);
    expect(await spentAt(market, seller)).toMatchObject(held);
    const { paymentHash = '' } = purchaseOf(facts).reserved ?? {};
    await market.sandbox.resolve(paymentHash, 'settle');
    expect(await market.outlast(task)).toMatchObject(BOUGHT);
    market.clock.move(-jump);
    expect((await market.kinds(task)).filter(kind => kind === 'reserved')).toHaveLength(1);
    expect(await market.debits()).toBe(1);
    expect(await spentAt(market, seller)).toMatchObject({ total: sats(100), inFlight: 0 });
  });

  test('between payment and delivery still delivers what was bought', async () => {
    const [market, seller] = await opened(FREE_HAND);
    const { paid } = seller;
    seller.paid = (request, response) => {
      seller.paid = paid;
      market.clock.move(jump);
      return paid(request, response);
    };
    const task = await market.buy(`${seller.origin}/a`);
    expect(await market.outlast(task)).toMatchObject(BOUGHT);
    expect(await market.debits()).toBe(1);
  });

  test('leaves no room in the budgets that was not there before, once it is put right', async () => {
    const [market, seller] = await opened({ ...FREE_HAND, caps: { daySats: 250 } });
    for (const path of ['a', 'b']) await market.ended(await market.buy(`${seller.origin}/${path}`));
    const before = await spentAt(market, seller);
    market.clock.move(jump);
    const during = await spentAt(market, seller);
    if (jump < 0) expect(during).toEqual(before);
    market.clock.move(-jump);
    expect(await spentAt(market, seller)).toEqual(before);
    const over = await market.ended(await market.buy(`${seller.origin}/c`));
    expect(over).toMatchObject({ status: 'blocked', code: 'BUDGET_EXCEEDED' });
    expect(await market.debits()).toBe(2);
  });

  test('lets what was bought be used again, or be bought again by a new purchase alone', async () => {
    const [market, seller] = await opened(FREE_HAND);
    await market.ended(await market.buy(`${seller.origin}/a`));
    market.clock.move(jump);
    const again = await market.ended(await market.buy(`${seller.origin}/a`));
    // A day ahead, the cache has let go of it.
    expect(again).toMatchObject(jump < 0 ? { status: 'cached', money: 'not_moved' } : BOUGHT);
    market.clock.move(-jump);
    const last = await market.ended(await market.buy(`${seller.origin}/a`));
    expect(last).toMatchObject({ status: 'cached', money: 'not_moved' });
    expect(await market.debits()).toBe(jump < 0 ? 1 : 2);
  });

  test('does not lock anybody out: whoever holds the lease by it is outlived in seconds', async () => {
    const [market, seller] = await opened(FREE_HAND);
    const { lease } = market.store;
    market.clock.move(jump);
    const dead = await lease.take('a process that dies at once');
    market.clock.move(-jump);
    const rival = openExecutor(market.means);
    const task = await market.buy(`${seller.origin}/a`);
    expect(await market.outlast(task)).toMatchObject(BOUGHT);
    expect((await lease.holder())?.fence).toBeGreaterThan(dead ?? 0);
    expect(await market.debits()).toBe(1);
    await rival.close();
  });
});

import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, msat, SECOND, sats } from '../../src/base/index.ts';
import type { WrittenSettings } from '../../src/policy/index.ts';
import type { FactOf } from '../../src/task/fact.ts';
import type { Status, Task } from '../../src/task/index.ts';
import { kindsOf, type Market, visitMarket } from './market.ts';
import { FREE_HAND } from './parts.ts';
import type { Seller } from './seller.ts';

// The caps hold with fees in, in every window, whatever happens to payments and clocks.

async function opened(settings: WrittenSettings = {}): Promise<[Market, Seller]> {
  const market = await visitMarket({ settings: { ...FREE_HAND, ...settings } });
  return [market, await market.seller()];
}

let bought = 0;
/** Buys something else than ever before, and returns how that ended. */
async function buy(market: Market, { origin }: Seller): Promise<Status> {
  bought += 1;
  return market.ended(await market.buy(`${origin}/${bought}`));
}

async function reservedOf(market: Market, task: Task): Promise<FactOf<'reserved'>> {
  const found = await market.until(task, one => kindsOf(one).includes('reserved'));
  return found.facts.find(fact => fact.kind === 'reserved')!;
}

const BOUGHT = { status: 'completed', money: 'moved' };
const OVER = { status: 'blocked', code: 'BUDGET_EXCEEDED', money: 'not_moved' };
const NO_FEES = { baseSats: 0, percent: 0 };

describe('the fee limit', () => {
  const limits: readonly [
    string,
    WrittenSettings,
    { maxSpend?: ReturnType<typeof sats> },
    bigint,
  ][] = [
    ['is what the settings say', {}, {}, sats(6)],
    ['shrinks to what the caller allows', {}, { maxSpend: sats(102) }, sats(2)],
    ['shrinks to what the cap leaves', { caps: { requestSats: 101 } }, {}, sats(1)],
    ['shrinks to what the day leaves', { caps: { daySats: 100 } }, {}, 0n],
  ];

  test.each(limits)('%s, and is held with the price', async (_name, settings, want, feeLimit) => {
    const [market, seller] = await opened(settings);
    await market.sandbox.setBehaviour({ kind: 'stuck' });
    const task = await market.buy(`${seller.origin}/a`, want);
    expect(await reservedOf(market, task)).toMatchObject({ amount: sats(100), feeLimit });
    const reads = { owner: 'local', host: seller.host, now: market.clock.now() };
    const { spend } = await market.store.ledger.books(reads);
    expect(spend.day).toBe(sats(100) + feeLimit);
  });

  test('is kept: a dearer route fails, and frees what was held', async () => {
    const [market, seller] = await opened();
    await market.sandbox.setBehaviour({ kind: 'instant', fee: msat(6_001) });
    const failed = { status: 'failed', code: 'FEE_LIMIT', money: 'not_moved' };
    expect(await buy(market, seller)).toMatchObject(failed);
    await market.sandbox.setBehaviour({ kind: 'instant', fee: msat(6_000) });
    expect(await buy(market, seller)).toMatchObject(BOUGHT);
    expect(await market.sandbox.counts()).toMatchObject({ payments: 1, debited: sats(106) });
  });

  test('that was not needed is free again: the books hold what was really paid', async () => {
    const [market, seller] = await opened({ caps: { daySats: 210 } });
    await market.sandbox.setBehaviour({ kind: 'instant', fee: sats(2) });
    expect(await buy(market, seller)).toMatchObject(BOUGHT);
    expect(await buy(market, seller)).toMatchObject(BOUGHT);
    expect((await market.sandbox.counts()).debited).toBe(sats(204));
    seller.price = msat(6_001);
    expect(await buy(market, seller)).toMatchObject(OVER);
    seller.price = msat(6_000);
    await market.sandbox.setBehaviour({ kind: 'instant' });
    expect(await buy(market, seller)).toMatchObject(BOUGHT);
    expect((await market.sandbox.counts()).debited).toBe(sats(210));
  });
});

describe('a budget', () => {
  test('of a host holds for that host, and one of all for all', async () => {
    const caps = { hostSats: 100, hourSats: 200, daySats: 200 };
    const [market, seller] = await opened({ caps, fees: NO_FEES });
    const others = [await market.seller(), await market.seller()];
    expect(await buy(market, seller)).toMatchObject(BOUGHT);
    expect(await buy(market, seller)).toMatchObject(OVER);
    expect(await buy(market, others[0]!)).toMatchObject(BOUGHT);
    expect(await buy(market, others[1]!)).toMatchObject(OVER);
    expect(await market.debits()).toBe(2);
  });

  test.each([
    ['an hour', { hourSats: 100 }, HOUR],
    ['a day', { daySats: 100 }, DAY],
    ['a day and one host', { hostSats: 100 }, DAY],
  ])('of %s is rolling: it frees a sum when its time is over, and not before', async (...row) => {
    const [, caps, window] = row;
    const [market, seller] = await opened({ caps, fees: NO_FEES });
    expect(await buy(market, seller)).toMatchObject(BOUGHT);
    market.clock.move(window - 1);
    expect(await buy(market, seller)).toMatchObject(OVER);
    market.clock.move(1);
    expect(await buy(market, seller)).toMatchObject(BOUGHT);
  });

  test('of all time frees nothing, and goes on when it is raised', async () => {
    const caps = { totalSats: 200 };
    const [market, seller] = await opened({ caps, fees: NO_FEES });
    expect(await buy(market, seller)).toMatchObject(BOUGHT);
    market.clock.move(400 * DAY);
    expect(await buy(market, seller)).toMatchObject(BOUGHT);
    market.clock.move(400 * DAY);
    expect(await buy(market, seller)).toMatchObject(OVER);
    market.set({ caps: { totalSats: 300 } });
    expect(await buy(market, seller)).toMatchObject(BOUGHT);
    expect(await market.debits()).toBe(3);
  });

  test('is not freed by a clock that goes back', async () => {
    const [market, seller] = await opened({ caps: { hourSats: 100 }, fees: NO_FEES });
    expect(await buy(market, seller)).toMatchObject(BOUGHT);
    market.clock.move(-30 * DAY);
    expect(await buy(market, seller)).toMatchObject(OVER);
    expect(await market.debits()).toBe(1);
  });

  test('is shared by nobody: each owner has one', async () => {
    const [market, seller] = await opened({ caps: { daySats: 100 }, fees: NO_FEES });
    expect(await buy(market, seller)).toMatchObject(BOUGHT);
    const other = await market.buy(`${seller.origin}/a`, { owner: 'somebody else' });
    expect(await market.ended(other)).toMatchObject(BOUGHT);
  });

  test('counts a held sum for ever, until the wallet’s word', async () => {
    const [market, seller] = await opened({ caps: { daySats: 199 }, fees: NO_FEES });
    const other = await market.seller();
    await market.sandbox.setBehaviour({ kind: 'stuck' });
    const task = await market.buy(`${seller.origin}/a`);
    const { paymentHash } = await reservedOf(market, task);
    await market.sandbox.setBehaviour({ kind: 'instant' });
    await market.clock.asleep(25);
    market.clock.move(400 * DAY);
    expect(await buy(market, other)).toMatchObject(OVER);
    await market.sandbox.resolve(paymentHash, 'fail');
    expect(await market.outlast(task)).toMatchObject({ status: 'failed', money: 'not_moved' });
    expect(await buy(market, other)).toMatchObject(BOUGHT);
    expect(await market.debits()).toBe(1);
  });

  test('holds however many purchases race for it', async () => {
    const payments = { maxInFlight: 50, maxInFlightPerHost: 10 };
    const [market, seller] = await opened({ caps: { daySats: 500 }, fees: NO_FEES, payments });
    const urls = Array.from({ length: 12 }, (_, at) => `${seller.origin}/${at}`);
    const tasks = await Promise.all(urls.map(url => market.buy(url)));
    const ends = await Promise.all(tasks.map(task => market.ended(task)));
    expect(ends.filter(({ status }) => status === 'completed')).toHaveLength(5);
    expect(ends.filter(({ code }) => code === 'BUDGET_EXCEEDED')).toHaveLength(7);
    expect((await market.sandbox.counts()).debited).toBe(sats(500));
  });

  test('of a rule ends with the rule’s day: then a human is asked', async () => {
    const autoApprove = [{ host: '127.0.0.1:*', maxSats: 100, maxSatsPerDay: 100 }];
    const [market, seller] = await opened({ autoApprove, fees: NO_FEES });
    expect(await buy(market, seller)).toMatchObject(BOUGHT);
    await market.asked(await market.buy(`${seller.origin}/a`));
    expect(await market.debits()).toBe(1);
  });
});

describe('payments on their way', () => {
  test('are one to a host: the next waits for it to end, and is then paid', async () => {
    const [market, seller] = await opened();
    await market.sandbox.setBehaviour({ kind: 'late', ms: 10 * SECOND });
    const first = await market.buy(`${seller.origin}/1`);
    await reservedOf(market, first);
    const second = await market.buy(`${seller.origin}/2`);
    await market.until(second, one => kindsOf(one).includes('approved'));
    await market.pass(5 * SECOND);
    expect(await market.kinds(second)).not.toContain('reserved');
    await market.outlast(first);
    await market.outlast(second);
    expect(await market.status(second)).toMatchObject(BOUGHT);
    expect(await market.debits()).toBe(2);
  });

  test('are few in all: who comes too late waits', async () => {
    const payments = { maxInFlight: 2, maxInFlightPerHost: 1 };
    const [market, seller] = await opened({ payments });
    const sellers = [seller, await market.seller(), await market.seller()];
    await market.sandbox.setBehaviour({ kind: 'stuck' });
    const [one, two, three] = await Promise.all(
      sellers.map(({ origin }) => market.buy(`${origin}/a`)),
    );
    const all = [one!, two!, three!];
    await Promise.all(
      all.map(task => market.until(task, each => kindsOf(each).includes('approved'))),
    );
    await market.pass(MINUTE, 10 * SECOND);
    const kinds = await Promise.all(all.map(task => market.kinds(task)));
    expect(kinds.filter(each => each.includes('reserved'))).toHaveLength(2);
  });
});

test('a wallet that cannot pay so much says so, and nothing stays held', async () => {
  const [market, seller] = await opened({ caps: { daySats: 1_000_000, hourSats: 1_000_000 } });
  const { balance } = await (await market.means.wallet()).status();
  const drained = await market.sandbox.issue({
    issuer: 'elsewhere',
    amount: balance,
    description: 'all of it',
    ttlMs: HOUR,
  });
  await (await market.means.wallet()).pay({
    paymentHash: drained.hash,
    invoice: drained.text,
    amount: balance,
    feeLimit: msat(0),
    attemptId: 'elsewhere',
    waitMs: 0,
  });
  const poor = { status: 'failed', code: 'insufficient_balance', money: 'not_moved' };
  expect(await buy(market, seller)).toMatchObject(poor);
  const reads = { owner: 'local', host: seller.host, now: market.clock.now() };
  expect((await market.store.ledger.books(reads)).spend.day).toBe(0n);
});

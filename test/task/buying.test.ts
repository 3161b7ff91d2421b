import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, msat, newId, sats } from '../../src/base/index.ts';
import { questionOf } from '../../src/task/index.ts';
import { kindsOf, type Market, visitMarket } from './market.ts';
import { FREE_HAND, orderOf } from './parts.ts';
import { goods, type Seller } from './seller.ts';

const BOUGHT = { status: 'completed', code: undefined, money: 'moved' };

async function opened(...plan: Parameters<typeof visitMarket>): Promise<[Market, Seller]> {
  const market = await visitMarket(...plan);
  return [market, await market.seller()];
}

describe('a purchase', () => {
  test('is asked of a human, paid once, and delivered', async () => {
    const [market, seller] = await opened();
    const task = await market.buy(`${seller.origin}/a`);
    await market.asked(task);
    expect(await market.status(task)).toMatchObject({ status: 'queued', money: 'not_moved' });
    expect(await market.say(task, 'once')).toBe('approved');
    expect(await market.ended(task)).toMatchObject(BOUGHT);
    expect(await market.kinds(task)).toEqual([
      ...['requested', 'challenged', 'asked', 'approved'],
      ...['reserved', 'sending', 'settled', 'delivered'],
    ]);
    expect(await market.sandbox.counts()).toMatchObject({ payments: 1, debited: sats(100) });
    const body = await market.store.bodies.read(task.id, 0, 100);
    expect(Buffer.from(body!.bytes).toString()).toBe(goods('/a'));
  });

  test('that costs nothing is delivered without a question', async () => {
    const [market, seller] = await opened();
    seller.unpaid = (_request, response) => response.end('free');
    const status = await market.ended(await market.buy(`${seller.origin}/a`));
    expect(status).toMatchObject({ status: 'completed', money: 'not_moved' });
    expect(await market.debits()).toBe(0);
  });

  test('asks about the most that can leave the wallet, and shows nothing of the seller’s', async () => {
    const [market, seller] = await opened();
    const task = await market.buy(`${seller.origin}/a`, { maxSpend: sats(104) });
    await market.asked(task);
    const question = questionOf((await market.store.tasks.load(task.id))!, market.clock.now())!;
    expect(question.asked).toMatchObject({ ceiling: sats(104), host: seller.host, purpose: 'pay' });
    expect(question).toMatchObject({ price: sats(100), caller: 'a test' });
    expect(question.request).toEqual(orderOf(`${seller.origin}/a`).request);
  });

  test('that a rule covers is paid without a question', async () => {
    const [market, seller] = await opened({ settings: FREE_HAND });
    const task = await market.buy(`${seller.origin}/a`);
    expect(await market.ended(task)).toMatchObject(BOUGHT);
    expect(await market.kinds(task)).not.toContain('asked');
  });

  test('for which approval is demanded is asked of a human, whatever the rules let pass', async () => {
    const [market, seller] = await opened({ settings: FREE_HAND });
    const task = await market.buy(`${seller.origin}/a`, { requireApproval: true });
    await market.asked(task);
    expect(await market.debits()).toBe(0);
  });

  test('above the caller’s own limit is blocked, to the millisatoshi', async () => {
    const [market, seller] = await opened({ settings: FREE_HAND });
    const over = await market.buy(`${seller.origin}/a`, { maxSpend: msat(99_999) });
    const blocked = { status: 'blocked', code: 'amount_over_cap', money: 'not_moved' };
    expect(await market.ended(over)).toMatchObject(blocked);
    const within = await market.buy(`${seller.origin}/a`, { maxSpend: msat(100_000) });
    expect(await market.ended(within)).toMatchObject(BOUGHT);
    expect(await market.debits()).toBe(1);
  });
});

describe('a human’s no', () => {
  test('is respected, and cools the host down', async () => {
    const [market, seller] = await opened();
    const task = await market.buy(`${seller.origin}/a`);
    expect(await market.say(task, 'no')).toBe('denied');
    const declined = { status: 'blocked', code: 'approval_declined', money: 'not_moved' };
    expect(await market.ended(task)).toMatchObject(declined);
    const again = await market.ended(await market.buy(`${seller.origin}/a`));
    expect(again).toMatchObject({ status: 'blocked', code: 'APPROVAL_THROTTLED' });
    expect(await market.debits()).toBe(0);
  });

  test('can be asked about anew once the host has cooled, with a fresh quote', async () => {
    const [market, seller] = await opened();
    const task = await market.buy(`${seller.origin}/a`);
    await market.say(task, 'no');
    market.clock.move(10 * MINUTE);
    seller.price = sats(50);
    expect(await market.buyer.renew(task)).toMatchObject({ ok: true });
    expect(await market.say(task, 'once')).toBe('approved');
    expect(await market.ended(task)).toMatchObject(BOUGHT);
    expect((await market.sandbox.counts()).debited).toBe(sats(50));
  });

  test('of the policy can be asked for anew ten times, and then no more', async () => {
    const [market, seller] = await opened();
    seller.price = sats(1_000_000);
    const task = await market.buy(`${seller.origin}/a`);
    const denied = { status: 'blocked', code: 'amount_over_cap' };
    expect(await market.ended(task)).toMatchObject(denied);
    for (let renewals = 0; renewals < 10; renewals += 1) {
      expect(await market.buyer.renew(task)).toMatchObject({ ok: true });
      expect(await market.ended(task)).toMatchObject(denied);
    }
    const refused = { ok: false, code: 'APPROVAL_THROTTLED' };
    expect(await market.buyer.renew(task)).toMatchObject(refused);
    expect(seller.requests).toHaveLength(11);
  });
});

describe('a question that nobody answers', () => {
  test('expires, and the late answer pays nothing', async () => {
    const [market, seller] = await opened();
    const task = await market.buy(`${seller.origin}/a`);
    const askId = await market.asked(task);
    market.clock.move(10 * MINUTE);
    const lapsed = { status: 'blocked', code: 'approval_expired', money: 'not_moved' };
    expect(await market.ended(task)).toMatchObject(lapsed);
    const verdict = { kind: 'once' } as const;
    const late = await market.buyer.answer(task, { askId, verdict, via: 'terminal' });
    expect(['expired', 'already_answered']).toContain(late);
    await market.until(task, one => kindsOf(one).includes('expired'));
    expect(await market.debits()).toBe(0);
  });

  test('can be asked anew at the very moment at which it expired', async () => {
    const [market, seller] = await opened();
    const task = await market.buy(`${seller.origin}/a`);
    await market.asked(task);
    await market.executor.close();
    market.clock.move(10 * MINUTE);
    expect(await market.status(task)).toMatchObject({ status: 'blocked', final: true });
    expect(await market.buyer.renew(task)).toMatchObject({ ok: true });
    await market.restart();
    expect(await market.say(task, 'once')).toBe('approved');
    expect(await market.ended(task)).toMatchObject(BOUGHT);
  });

  test('makes room for a new purchase of the same thing', async () => {
    const [market, seller] = await opened();
    const first = await market.buy(`${seller.origin}/a`);
    await market.asked(first);
    await market.executor.close();
    market.clock.move(10 * MINUTE);
    const second = await market.buy(`${seller.origin}/a`);
    expect(second.id).not.toBe(first.id);
    expect(await market.kinds(first)).toContain('expired');
  });
});

describe('an allowance', () => {
  const today = { settings: { fees: { baseSats: 0, percent: 0 } } };

  test('lets its host be paid without a question as far as it reaches, and no further', async () => {
    const [market, seller] = await opened(today);
    await market.say(await market.buy(`${seller.origin}/1`), sats(250));
    const second = await market.buy(`${seller.origin}/2`);
    expect(await market.ended(second)).toMatchObject(BOUGHT);
    const third = await market.buy(`${seller.origin}/3`);
    await market.asked(third);
    expect(await market.debits()).toBe(2);
    const [allowance] = await market.store.allowances.list('local', market.clock.now());
    expect(allowance).toMatchObject({ host: seller.host, limit: sats(250), spent: sats(200) });
  });

  test('is no allowance for another host or another owner', async () => {
    const [market, seller] = await opened(today);
    const other = await market.seller();
    await market.ended(await allowed(market, seller));
    await market.asked(await market.buy(`${other.origin}/2`));
    await market.asked(await market.buy(`${seller.origin}/2`, { owner: 'somebody else' }));
    expect(await market.debits()).toBe(1);
  });

  test('ends with its day, UTC', async () => {
    const [market, seller] = await opened(today);
    await market.ended(await allowed(market, seller));
    market.clock.move(12 * HOUR);
    await market.asked(await market.buy(`${seller.origin}/2`));
  });

  test('is gone once it is taken back', async () => {
    const [market, seller] = await opened(today);
    await market.ended(await allowed(market, seller));
    const [{ id } = { id: newId('allow') }] = await market.store.allowances.list('local', 0);
    expect(await market.store.allowances.revoke('local', id)).toBe(true);
    await market.asked(await market.buy(`${seller.origin}/2`));
  });

  test('below the price that is asked about is not given', async () => {
    const [market, seller] = await opened(today);
    const task = await market.buy(`${seller.origin}/1`);
    expect(await market.say(task, msat(99_999))).toBe('limit_below_price');
    expect(await market.say(task, 'once')).toBe('approved');
  });

  const allowed = async (market: Market, seller: Seller) => {
    const task = await market.buy(`${seller.origin}/1`);
    await market.say(task, sats(1000));
    return task;
  };
});

describe('cancelling', () => {
  test('ends a purchase that waits, whose question then has no answer', async () => {
    const [market, seller] = await opened();
    const task = await market.buy(`${seller.origin}/a`);
    const askId = await market.asked(task);
    expect(await market.buyer.cancel(task)).toMatchObject({ ok: true });
    expect(await market.ended(task)).toMatchObject({ status: 'blocked', code: 'cancelled' });
    const verdict = { kind: 'once' } as const;
    expect(await market.buyer.answer(task, { askId, verdict, via: 'terminal' })).toBe('stale_ask');
    expect(await market.debits()).toBe(0);
  });

  test('while the seller answers leaves the answer unrecorded', async () => {
    const [market, seller] = await opened({ settings: FREE_HAND });
    const arrived = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    seller.unpaid = async (_request, response) => {
      arrived.resolve();
      await go.promise;
      return seller.charge(response);
    };
    const task = await market.buy(`${seller.origin}/a`);
    await arrived.promise;
    expect(await market.buyer.cancel(task)).toMatchObject({ ok: true });
    go.resolve();
    await market.pass(0);
    expect(await market.kinds(task)).toEqual(['requested', 'cancelled']);
  });

  test('never touches money that is held', async () => {
    const [market, seller] = await opened({ settings: FREE_HAND });
    await market.sandbox.setBehaviour({ kind: 'stuck' });
    const task = await market.buy(`${seller.origin}/a`);
    const held = await market.until(task, one => kindsOf(one).includes('reserved'));
    expect(await market.buyer.cancel(held)).toMatchObject({ ok: false, code: 'PAYMENT_PENDING' });
    expect(await market.status(task)).toMatchObject({ status: 'running', money: 'maybe_moved' });
  });

  test('and renewing change nothing once a purchase is over', async () => {
    const [market, seller] = await opened({ settings: FREE_HAND });
    const task = await market.buy(`${seller.origin}/a`);
    await market.ended(task);
    const no = { ok: false, code: 'invalid_transition' };
    expect(await market.buyer.cancel(task)).toMatchObject(no);
    expect(await market.buyer.renew(task)).toMatchObject(no);
  });
});

describe('equal requests', () => {
  test('are one purchase while it is open, however many ask', async () => {
    const [market, seller] = await opened();
    const orders = Array.from({ length: 8 }, () => market.buy(`${seller.origin}/a`));
    const [first, ...others] = await Promise.all(orders);
    expect(new Set(others.map(({ id }) => id))).toEqual(new Set([first!.id]));
    await market.say(first!, 'once');
    expect(await market.ended(first!)).toMatchObject(BOUGHT);
    expect(await market.debits()).toBe(1);
  });

  test('that differ in owner, method, body, headers or scope are not equal', async () => {
    const [market, seller] = await opened();
    const url = `${seller.origin}/a`;
    const tasks = await Promise.all([
      market.buy(url),
      market.buy(url, { owner: 'somebody else' }),
      market.buy(url, { method: 'HEAD' }),
      market.buy(url, { method: 'POST', body: 'a' }),
      market.buy(url, { method: 'POST', body: 'b' }),
      market.buy(url, { headers: { accept: 'text/plain' } }),
      market.buy(url, { scope: 'other' }),
    ]);
    expect(new Set(tasks.map(({ id }) => id)).size).toBe(tasks.length);
  });

  test('under one key are one purchase even after its end', async () => {
    const [market, seller] = await opened({ settings: FREE_HAND });
    const want = { idempotencyKey: 'report of today' };
    const first = await market.buy(`${seller.origin}/a`, want);
    await market.ended(first);
    market.clock.move(DAY);
    expect((await market.buy(`${seller.origin}/a`, want)).id).toBe(first.id);
    expect(await market.debits()).toBe(1);
  });

  test('are demanded of a key: another request under it is refused', async () => {
    const [market, seller] = await opened();
    const want = { idempotencyKey: 'report of today' };
    await market.buy(`${seller.origin}/a`, want);
    const other = await market.buyer.buy(orderOf(`${seller.origin}/b`, want));
    expect(other).toMatchObject({ ok: false, code: 'invalid_input' });
    const body = await market.buyer.buy(
      orderOf(`${seller.origin}/a`, { ...want, method: 'POST', body: 'x' }),
    );
    expect(body).toMatchObject({ ok: false, code: 'invalid_input' });
  });
});

test('a task is found by its owner alone', async () => {
  const [market, seller] = await opened();
  const task = await market.buy(`${seller.origin}/a`);
  expect(await market.buyer.find('local', task.id)).toMatchObject({ ok: true });
  const missing = { ok: false, code: 'task_not_found' };
  expect(await market.buyer.find('somebody else', task.id)).toMatchObject(missing);
  expect(await market.buyer.find('local', newId('task'))).toMatchObject(missing);
  expect(await market.buyer.find('local', '../../etc')).toMatchObject(missing);
});

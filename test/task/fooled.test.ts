import { describe, expect, test } from 'vitest';
import { MINUTE, SECOND, sats } from '../../src/base/index.ts';
import { type Market, visitMarket } from './market.ts';
import { FREE_HAND, orderOf } from './parts.ts';
import type { Seller } from './seller.ts';

// What a fooled model, or a seller with an eye on the clock, may try.

async function opened(settings: object = FREE_HAND): Promise<[Market, Seller]> {
  const market = await visitMarket({ settings });
  return [market, await market.seller()];
}

describe('an allowance', () => {
  test('is not overspent by the purchase that gave it, however late that comes', async () => {
    const [market, seller] = await opened({ fees: { baseSats: 0, percent: 0 } });
    seller.invoiceMs = 31 * SECOND;
    const first = await market.buy(`${seller.origin}/a`);
    await market.asked(first);
    // Its invoice is too old by the time of the yes, so it is quoted anew, and the seller takes its time.
    await market.pass(2 * SECOND);
    seller.invoiceMs = 60 * MINUTE;
    const charge = seller.unpaid;
    const late = Promise.withResolvers<void>();
    seller.unpaid = async (request, response) => {
      if (request.path === '/a') await late.promise;
      return charge(request, response);
    };
    await market.say(first, sats(100));
    await market.ended(await market.buy(`${seller.origin}/b`));
    late.resolve();
    await market.asked(first);
    expect(await market.debits()).toBe(1);
  });
});

describe('a purchase under way', () => {
  const settings = { ...FREE_HAND, payments: { maxInFlightPerHost: 1 } };

  async function stuckMarket(): Promise<[Market, string]> {
    const [market, seller] = await opened(settings);
    await market.sandbox.setBehaviour({ kind: 'stuck' });
    const first = await market.buy(`${seller.origin}/first`);
    await market.until(first, ({ facts }) => facts.some(({ kind }) => kind === 'reserved'));
    return [market, `${seller.origin}/second`];
  }

  test('is bought once, whatever names are given to it', async () => {
    const [market, url] = await stuckMarket();
    await market.buy(url, { idempotencyKey: 'one' });
    const again = await market.buyer.buy(orderOf(url, { idempotencyKey: 'two' }));
    expect(again).toMatchObject({ ok: false, code: 'invalid_transition' });
  });

  test('is not joined by an order that wants a human, or a lower limit, which it does not have', async () => {
    const [market, url] = await stuckMarket();
    const task = await market.buy(url);
    await market.until(task, ({ facts }) => facts.some(({ kind }) => kind === 'approved'));
    for (const wishes of [{ requireApproval: true }, { maxSpend: sats(1) }]) {
      const refused = { ok: false, code: 'invalid_transition' };
      expect(await market.buyer.buy(orderOf(url, wishes))).toMatchObject(refused);
    }
    expect(await market.buyer.buy(orderOf(url, { maxSpend: sats(100_000) }))).toMatchObject({
      ok: true,
    });
  });
});

test('a token that has expired already is not paid for', async () => {
  const [market, seller] = await opened();
  seller.caveats = ['shop_valid_until=1'];
  const task = await market.buy(`${seller.origin}/a`);
  expect(await market.ended(task)).toMatchObject({ code: 'INVOICE_INVALID', money: 'not_moved' });
  expect(await market.debits()).toBe(0);
});

test.each([408, 425, 429])('a paid seller that says "not now" with %i still owes', async status => {
  const [market, seller] = await opened();
  const honest = seller.paid;
  seller.paid = (_request, response) => response.writeHead(status).end();
  const task = await market.buy(`${seller.origin}/a`);
  expect(await market.ended(task)).toMatchObject({ status: 'paid', code: 'delivery_unknown' });
  seller.paid = honest;
  const again = await market.buy(`${seller.origin}/a`);
  expect(await market.ended(again)).toMatchObject({ status: 'cached', money: 'not_moved' });
  expect(await market.debits()).toBe(1);
});

test('sixteen sellers that never answer do not keep a question that was answered from being paid', async () => {
  const [market, slow] = await opened({});
  const seller = await market.seller();
  const asked = await market.buy(`${seller.origin}/a`);
  await market.asked(asked);
  slow.unpaid = () => undefined;
  for (let n = 0; n < 16; n += 1) await market.buy(`${slow.origin}/${n}`);
  await market.say(asked, 'once');
  expect(await market.ended(asked)).toMatchObject({ status: 'completed' });
});

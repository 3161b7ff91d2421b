import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../src/base/index.ts';
import { type Market, type MarketPlan, visitMarket } from './market.ts';
import { FREE_HAND, type Want } from './parts.ts';
import type { Answering, Seller } from './seller.ts';

// What was bought is used again, for whatever it is good for, and for nothing else.

async function opened(plan: MarketPlan = { settings: FREE_HAND }): Promise<[Market, Seller]> {
  const market = await visitMarket(plan);
  return [market, await market.seller()];
}

/** Buys and returns how that ended, with the number of payments made so far. */
async function bought(market: Market, url: string, want?: Want) {
  const task = await market.buy(url, want);
  const { status, code, money } = await market.ended(task);
  return { id: task.id, status, code, money, debits: await market.debits() };
}

const saying =
  (status: number): Answering =>
  (_request, response: ServerResponse) =>
    response.writeHead(status).end();

const CACHED = { status: 'cached', code: undefined, money: 'not_moved' };

describe('a bought credential', () => {
  test('serves the same request again for nothing, until the cache lets go of it', async () => {
    const [market, seller] = await opened();
    const url = `${seller.origin}/a`;
    const first = await bought(market, url);
    expect(await bought(market, url)).toMatchObject({ ...CACHED, debits: 1 });
    market.clock.move(10 * MINUTE - 1);
    const again = await market.buy(url);
    await market.ended(again);
    const { facts } = (await market.store.tasks.load(again.id))!;
    expect(facts.at(-1)).toMatchObject({ kind: 'cached', from: first.id });
    market.clock.move(1);
    expect(await bought(market, url)).toMatchObject({ status: 'completed', debits: 2 });
  });

  test('is kept no longer than its caller wished', async () => {
    const [market, seller] = await opened();
    const url = `${seller.origin}/a`;
    await bought(market, url, { cacheTtlMs: MINUTE });
    market.clock.move(MINUTE);
    expect(await bought(market, url)).toMatchObject({ status: 'completed', debits: 2 });
  });

  test('is kept no longer than the settings say, whatever the caller wished', async () => {
    const [market, seller] = await opened();
    const url = `${seller.origin}/a`;
    await bought(market, url, { cacheTtlMs: HOUR });
    market.clock.move(10 * MINUTE);
    expect(await bought(market, url)).toMatchObject({ status: 'completed', debits: 2 });
  });

  test('is kept no longer than the token itself lasts', async () => {
    const [market, seller] = await opened();
    const url = `${seller.origin}/a`;
    seller.caveats = [`shop_valid_until=${(market.clock.now() + MINUTE) / SECOND}`];
    await bought(market, url);
    market.clock.move(MINUTE - 1);
    expect(await bought(market, url)).toMatchObject(CACHED);
    market.clock.move(1);
    seller.caveats = [];
    expect(await bought(market, url)).toMatchObject({ status: 'completed', debits: 2 });
  });

  test('stays within its owner, its scope, and its URL', async () => {
    const [market, seller] = await opened();
    const url = `${seller.origin}/a`;
    await bought(market, url);
    expect(await bought(market, url, { scope: 'other' })).toMatchObject({ debits: 2 });
    expect(await bought(market, url, { owner: 'somebody else' })).toMatchObject({ debits: 3 });
    expect(await bought(market, `${url}?page=2`)).toMatchObject({ debits: 4 });
    expect(await bought(market, url, { method: 'HEAD' })).toMatchObject({ debits: 5 });
    expect(seller.requests.filter(({ authorization }) => authorization)).toHaveLength(5);
  });

  test.each([401, 402])('that the seller refuses with %i is dropped, and bought anew', async no => {
    const [market, seller] = await opened();
    const url = `${seller.origin}/a`;
    await bought(market, url);
    const honest = seller.paid;
    const unpaid = seller.unpaid;
    seller.paid = (request, response) => {
      seller.paid = honest;
      return no === 401 ? saying(401)(request, response) : unpaid(request, response);
    };
    expect(await bought(market, url)).toMatchObject({ status: 'completed', debits: 2 });
    expect(await bought(market, url)).toMatchObject({ ...CACHED, debits: 2 });
  });

  test('is left alone when a human is to approve a fresh purchase', async () => {
    const [market, seller] = await opened();
    const url = `${seller.origin}/a`;
    await bought(market, url);
    const task = await market.buy(url, { forceRefresh: true });
    await market.say(task, 'once');
    expect(await market.ended(task)).toMatchObject({ status: 'completed', money: 'moved' });
    expect(await market.debits()).toBe(2);
  });
});

describe('a credential that names services', () => {
  test('serves every request that its own caveats let through', async () => {
    const [market, seller] = await opened();
    seller.caveats = ['services=weather:0', 'weather_path_prefix=/w'];
    await bought(market, `${seller.origin}/w/1`);
    expect(await bought(market, `${seller.origin}/w/2`)).toMatchObject({ ...CACHED, debits: 1 });
    expect(await bought(market, `${seller.origin}/x`)).toMatchObject({ debits: 2 });
  });

  test('and was refused elsewhere serves from then on only what it was bought for', async () => {
    const [market, seller] = await opened();
    seller.caveats = ['services=weather:0'];
    const { paid, unpaid } = seller;
    await bought(market, `${seller.origin}/a`);
    let refusals = 0;
    seller.paid = (request, response) => {
      if (request.path === '/a' || refusals > 0) return paid(request, response);
      refusals += 1;
      return unpaid(request, response);
    };
    expect(await bought(market, `${seller.origin}/b`)).toMatchObject({ debits: 2 });
    expect(await bought(market, `${seller.origin}/a`)).toMatchObject({ ...CACHED, debits: 2 });
    expect(refusals).toBe(1);
  });

  test('never leaves its origin', async () => {
    const [market, seller] = await opened();
    const other = await market.seller();
    seller.caveats = ['services=weather:0'];
    await bought(market, `${seller.origin}/a`);
    await bought(market, `${other.origin}/a`);
    expect(other.requests[0]?.authorization).toBeUndefined();
    expect(await market.debits()).toBe(2);
  });
});

describe('what was paid stays bought', () => {
  const lost: readonly [string, Answering, boolean][] = [
    ['the answer broke off', (_request, response) => response.destroy(), true],
    ['the seller was down', saying(503), true],
    ['the seller failed', saying(500), false],
    ['the answer was too large', (_, response) => response.end(Buffer.alloc(70_000)), false],
  ];

  test.each(lost)('when %s: the same request pays nothing, however late', async (...row) => {
    const [, answer, isRetried] = row;
    const [market, seller] = await opened();
    const url = `${seller.origin}/a`;
    const honest = seller.paid;
    seller.paid = answer;
    const task = await market.buy(url);
    if (isRetried) await retried(market);
    const unknown = { status: 'paid', code: 'delivery_unknown', money: 'moved' };
    expect(await market.ended(task)).toMatchObject(unknown);
    seller.paid = honest;
    market.clock.move(48 * HOUR);
    expect(await bought(market, url)).toMatchObject({ ...CACHED, debits: 1 });
  });

  test('though another failure meets the second try', async () => {
    const [market, seller] = await opened();
    const url = `${seller.origin}/a`;
    const honest = seller.paid;
    seller.paid = saying(500);
    await bought(market, url);
    await bought(market, url);
    seller.paid = honest;
    market.clock.move(48 * HOUR);
    expect(await bought(market, url)).toMatchObject({ ...CACHED, debits: 1 });
  });

  test('and a seller that then refuses it is paid no second time', async () => {
    const [market, seller] = await opened();
    const url = `${seller.origin}/a`;
    seller.paid = saying(500);
    await bought(market, url);
    seller.paid = seller.unpaid;
    const vain = { status: 'failed', code: 'CredentialMissingError', debits: 1 };
    expect(await bought(market, url)).toMatchObject(vain);
    expect(await bought(market, url)).toMatchObject(vain);
  });
});

describe('a seller that takes the money and refuses', () => {
  test('is paid no second time without a human’s word', async () => {
    const [market, seller] = await opened();
    const url = `${seller.origin}/a`;
    const honest = seller.paid;
    seller.paid = (_request, response) => seller.charge(response);
    const refused = { status: 'failed', code: 'CredentialMissingError', debits: 1 };
    expect(await bought(market, url)).toMatchObject({ ...refused, money: 'moved' });
    market.clock.move(48 * HOUR);
    const sent = seller.requests.length;
    expect(await bought(market, url)).toMatchObject(refused);
    expect(seller.requests).toHaveLength(sent);
    seller.paid = honest;
    const task = await market.buy(url, { forceRefresh: true });
    expect(await market.debits()).toBe(1);
    await market.say(task, 'once');
    expect(await market.ended(task)).toMatchObject({ status: 'completed', money: 'moved' });
    expect(await market.debits()).toBe(2);
    // What was bought in its stead settles the old refusal, also when the cache has let go of it.
    market.clock.move(11 * MINUTE);
    expect(await bought(market, url)).toMatchObject({ status: 'completed', debits: 3 });
  });
});

/** Lets the waits between the tries of one delivery pass. */
async function retried(market: Market): Promise<void> {
  for (const ms of [250, 500]) {
    await market.clock.asleep(ms);
    market.clock.move(ms);
  }
}

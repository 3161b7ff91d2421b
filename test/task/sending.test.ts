import { expect, test } from 'vitest';
import { HOUR, MINUTE, SECOND, sats } from '../../src/base/index.ts';
import { type Market, visitMarket } from './market.ts';
import { FREE_HAND } from './parts.ts';
import type { Seller } from './seller.ts';

// Requests that may change something at the seller: each is sent on a human's word, and never blindly again.
const POST = { method: 'POST', body: 'order one' } as const;

async function opened(...plan: Parameters<typeof visitMarket>): Promise<[Market, Seller]> {
  const market = await visitMarket(...plan);
  return [market, await market.seller()];
}
const openFor = (seller: Seller) => ({
  ...FREE_HAND,
  hosts: { methods: [{ host: seller.host, methods: ['POST' as const] }] },
});

test('a POST is asked about before it is sent, and paid under that very approval', async () => {
  const [market, seller] = await opened();
  const task = await market.buy(`${seller.origin}/a`, POST);
  await market.asked(task);
  expect(seller.requests).toEqual([]);
  expect(await market.say(task, 'once')).toBe('approved');
  expect(await market.ended(task)).toMatchObject({ status: 'completed', money: 'moved' });
  expect(await market.kinds(task)).toEqual([
    ...['requested', 'asked', 'approved', 'sent', 'challenged'],
    ...['reserved', 'sending', 'settled', 'sent', 'delivered'],
  ]);
  expect(seller.requests.map(({ method, body }) => [method, body])).toEqual([
    ['POST', 'order one'],
    ['POST', 'order one'],
  ]);
});

test('a POST that turns out to be free is over when it was answered', async () => {
  const [market, seller] = await opened();
  seller.unpaid = (_request, response) => response.end('done');
  const task = await market.buy(`${seller.origin}/a`, POST);
  await market.say(task, 'once');
  expect(await market.ended(task)).toMatchObject({ status: 'completed', money: 'not_moved' });
  expect(seller.requests).toHaveLength(1);
});

test('a POST that turns out dearer than what was approved is asked about again', async () => {
  const [market, seller] = await opened({
    settings: { caps: { hourSats: 100 }, fees: { baseSats: 0, percent: 0 } },
  });
  seller.price = sats(50);
  const first = await market.buy(`${seller.origin}/first`);
  await market.say(first, 'once');
  await market.ended(first);
  market.clock.move(55 * MINUTE);
  seller.price = sats(60);
  const task = await market.buy(`${seller.origin}/a`, POST);
  const askId = await market.asked(task);
  // Until now 50 sats were left of the hour; from now on, all of it.
  market.clock.move(6 * MINUTE);
  await market.say(task, 'once');
  await market.until(task, ({ facts }) => facts.at(-1)?.kind === 'asked');
  expect(await market.asked(task)).not.toBe(askId);
  expect(await market.debits()).toBe(1);
  await market.say(task, 'once');
  expect(await market.ended(task)).toMatchObject({ status: 'completed', money: 'moved' });
});

test('a POST that the caller would not pay is blocked when its price is known', async () => {
  const [market, seller] = await opened();
  const task = await market.buy(`${seller.origin}/a`, { ...POST, maxSpend: sats(99) });
  await market.say(task, 'once');
  expect(await market.ended(task)).toMatchObject({ status: 'blocked', code: 'amount_over_cap' });
  expect(await market.debits()).toBe(0);
});

test('a host that the operator opened for POST is sent one without a question, and paid by a rule', async () => {
  const [market, seller] = await opened();
  market.set(openFor(seller));
  const task = await market.buy(`${seller.origin}/a`, POST);
  expect(await market.ended(task)).toMatchObject({ status: 'completed', money: 'moved' });
  expect(await market.kinds(task)).not.toContain('asked');
});

test('an approval that lapsed before the POST left sends nothing: the human is asked anew', async () => {
  const [market, seller] = await opened();
  const task = await market.buy(`${seller.origin}/a`, POST);
  const askId = await market.asked(task);
  await market.executor.close();
  const verdict = { kind: 'once' } as const;
  expect(await market.buyer.answer(task, { askId, verdict, via: 'terminal' })).toBe('approved');
  market.clock.move(HOUR);
  await market.restart();
  expect(await market.asked(task)).not.toBe(askId);
  expect(seller.requests).toEqual([]);
});

test('an approval given under other settings sends no POST', async () => {
  const [market, seller] = await opened();
  const task = await market.buy(`${seller.origin}/a`, POST);
  await market.asked(task);
  market.set({ paused: true });
  await market.say(task, 'once');
  const paused = { status: 'blocked', code: 'global_pause_active', money: 'not_moved' };
  expect(await market.ended(task)).toMatchObject(paused);
  expect(seller.requests).toEqual([]);
});

test('a POST whose first answer is lost is given up, never sent again, and costs nothing', async () => {
  const [market, seller] = await opened();
  seller.unpaid = (_request, response) => response.destroy();
  const task = await market.buy(`${seller.origin}/a`, POST);
  await market.say(task, 'once');
  const failed = { status: 'failed', code: 'L402TransportError', money: 'not_moved' };
  expect(await market.ended(task)).toMatchObject(failed);
  expect(seller.requests).toHaveLength(1);
});

test('a paid POST whose answer is lost is not sent again: its delivery is unknown', async () => {
  const [market, seller] = await opened();
  seller.paid = (_request, response) => response.destroy();
  const task = await market.buy(`${seller.origin}/a`, POST);
  await market.say(task, 'once');
  const unknown = { status: 'paid', code: 'delivery_unknown', money: 'moved' };
  expect(await market.ended(task)).toMatchObject(unknown);
  expect(seller.requests).toHaveLength(2);
});

test('a paid POST that carries the seller’s idempotency key is sent again when its answer is lost', async () => {
  const [market, seller] = await opened();
  const { paid } = seller;
  seller.paid = (_request, response) => {
    seller.paid = paid;
    response.destroy();
  };
  const task = await market.buy(`${seller.origin}/a`, {
    ...POST,
    headers: { 'idempotency-key': 'order-1' },
  });
  await market.say(task, 'once');
  await market.clock.asleep(250);
  market.clock.move(250);
  expect(await market.ended(task)).toMatchObject({ status: 'completed', money: 'moved' });
  expect(seller.requests).toHaveLength(3);
  expect(await market.debits()).toBe(1);
});

test('an empty idempotency key is none', async () => {
  const [market, seller] = await opened();
  seller.paid = (_request, response) => response.destroy();
  const task = await market.buy(`${seller.origin}/a`, {
    ...POST,
    headers: { 'idempotency-key': '' },
  });
  await market.say(task, 'once');
  expect(await market.ended(task)).toMatchObject({ status: 'paid', code: 'delivery_unknown' });
  expect(seller.requests).toHaveLength(2);
});

test('a process that was stopped just before a POST leaves sends nothing when it goes on', async () => {
  let freezes = true;
  const thawed = Promise.withResolvers<boolean>();
  const market: Market = await visitMarket({
    means: means => ({
      ...means,
      lease: { ...means.lease, beat: () => thawed.promise },
      tasks: {
        ...means.tasks,
        async append(...what) {
          const recorded = await means.tasks.append(...what);
          if (freezes && recorded.facts.at(-1)?.kind === 'sent') {
            freezes = false;
            market.clock.move(30 * SECOND);
          }
          return recorded;
        },
      },
    }),
  });
  const seller = await market.seller();
  const task = await market.buy(`${seller.origin}/a`, POST);
  await market.say(task, 'once');
  expect(await market.outlast(task)).toMatchObject({ status: 'failed', money: 'not_moved' });
  thawed.resolve(true);
  expect(seller.requests).toEqual([]);
});

test('a process that dies while a POST is out leaves it given up, before payment and after it', async () => {
  const [market, seller] = await opened();
  market.set(openFor(seller));
  for (const phase of ['unpaid', 'paid'] as const) {
    const honest = seller[phase];
    const arrived = new Promise<void>(resolve => {
      seller[phase] = () => resolve();
    });
    const task = await market.buy(`${seller.origin}/${phase}`, POST);
    await arrived;
    await market.restart();
    expect(await market.ended(task)).toMatchObject(
      phase === 'paid'
        ? { status: 'paid', code: 'delivery_unknown', money: 'moved' }
        : { status: 'failed', code: 'L402TransportError', money: 'not_moved' },
    );
    seller[phase] = honest;
  }
  expect(seller.requests.map(({ path }) => path)).toEqual(['/unpaid', '/paid', '/paid']);
});

test('a POST whose invoice died while a human thought is sent again for a fresh one', async () => {
  const [market, seller] = await opened();
  const { hosts } = openFor(seller);
  market.set({ hosts });
  seller.invoiceMs = MINUTE;
  const task = await market.buy(`${seller.origin}/a`, POST);
  await market.asked(task);
  market.clock.move(MINUTE);
  await market.say(task, 'once');
  expect(await market.ended(task)).toMatchObject({ status: 'completed', money: 'moved' });
  expect(seller.requests).toHaveLength(3);
  expect(await market.debits()).toBe(1);
});

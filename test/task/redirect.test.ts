import { expect, test } from 'vitest';
import { type Market, visitMarket } from './market.ts';
import { FREE_HAND } from './parts.ts';
import type { Answering, Seller } from './seller.ts';

// A seller may send its customers to another door; the money and the token go to that door alone.

async function opened(): Promise<[Market, Seller]> {
  const market = await visitMarket({ settings: FREE_HAND });
  return [market, await market.seller()];
}

const to =
  (location: string): Answering =>
  (_request, response) =>
    response.writeHead(302, { location }).end();

test('a redirect to another origin is quoted, paid and delivered there, and its token never goes back', async () => {
  const [market, door] = await opened();
  const seller = await market.seller();
  door.unpaid = to(`${seller.origin}/b`);
  const task = await market.buy(`${door.origin}/a`);
  expect(await market.ended(task)).toMatchObject({ status: 'completed', money: 'moved' });
  const { facts } = (await market.store.tasks.load(task.id))!;
  expect(facts).toContainEqual(
    expect.objectContaining({
      kind: 'challenged',
      quote: expect.objectContaining({ origin: seller.origin, url: `${seller.origin}/b` }),
    }),
  );
  expect(facts).toContainEqual(expect.objectContaining({ kind: 'reserved', host: seller.host }));
  expect(door.requests.map(({ authorization }) => authorization)).toEqual([undefined]);
  expect(seller.requests.map(({ authorization }) => authorization !== undefined)).toEqual([
    false,
    true,
  ]);
});

test('what was bought at another origin after a redirect is used again by the same request', async () => {
  const [market, door] = await opened();
  const seller = await market.seller();
  door.unpaid = to(`${seller.origin}/b`);
  await market.ended(await market.buy(`${door.origin}/a`));
  const again = await market.buy(`${door.origin}/a`);
  expect(await market.ended(again)).toMatchObject({ status: 'cached', money: 'not_moved' });
  expect(door.requests.map(({ authorization }) => authorization)).toEqual([undefined]);
  expect(await market.sandbox.counts()).toMatchObject({ payments: 1 });
});

test('a paid request that is redirected is not followed: what was bought is still owed', async () => {
  const [market, seller] = await opened();
  const other = await market.seller();
  seller.paid = to(`${other.origin}/b`);
  const task = await market.buy(`${seller.origin}/a`);
  const unknown = { status: 'paid', code: 'delivery_unknown', money: 'moved' };
  expect(await market.ended(task)).toMatchObject(unknown);
  expect(other.requests).toEqual([]);
});

test('a host that the operator blocked is reached by no redirect', async () => {
  const [market, door] = await opened();
  const seller = await market.seller();
  market.set({ hosts: { block: [seller.host] } });
  door.unpaid = to(`${seller.origin}/b`);
  const task = await market.buy(`${door.origin}/a`);
  expect(await market.ended(task)).toMatchObject({ code: 'host_blocked', money: 'not_moved' });
  expect(seller.requests).toEqual([]);
});

test('what was bought behind a redirect within one origin is used again where it was bought', async () => {
  const [market, seller] = await opened();
  const charge = seller.unpaid;
  seller.unpaid = (request, response) =>
    (request.path === '/a' ? to('/b') : charge)(request, response);
  await market.ended(await market.buy(`${seller.origin}/a`));
  const again = await market.buy(`${seller.origin}/a`);
  expect(await market.ended(again)).toMatchObject({ status: 'cached', money: 'not_moved' });
  expect(await market.debits()).toBe(1);
});

test('what was bought behind a redirect and is refused later is dropped, and asked for no more', async () => {
  const [market, seller] = await opened();
  const charge = seller.unpaid;
  seller.unpaid = (request, response) =>
    (request.path === '/a' ? to('/b') : charge)(request, response);
  await market.ended(await market.buy(`${seller.origin}/a`));
  seller.paid = (_request, response) => response.writeHead(401).end();
  seller.unpaid = seller.paid;
  const sent = seller.requests.length;
  const task = await market.buy(`${seller.origin}/a`);
  expect(await market.ended(task)).toMatchObject({ status: 'completed', money: 'not_moved' });
  expect(seller.requests.slice(sent).map(({ path }) => path)).toEqual(['/b', '/a']);
});

test('a credential that leads to a redirect is left at home, and the request goes on without it', async () => {
  const [market, seller] = await opened();
  seller.caveats = ['services=weather:0'];
  await market.ended(await market.buy(`${seller.origin}/now`));
  const { paid, unpaid } = seller;
  const latest =
    (honest: Answering): Answering =>
    (request, response) =>
      (request.path === '/latest' ? to('/now') : honest)(request, response);
  seller.paid = latest(paid);
  seller.unpaid = latest(unpaid);
  const task = await market.buy(`${seller.origin}/latest`);
  expect(await market.ended(task)).toMatchObject({ status: 'completed', money: 'moved' });
  const again = await market.buy(`${seller.origin}/latest`);
  expect(await market.ended(again)).toMatchObject({ status: 'cached' });
  expect(await market.debits()).toBe(2);
});

import { expect, test } from 'vitest';
import { sats } from '../../src/base/index.ts';
import type { WrittenSettings } from '../../src/policy/index.ts';
import { askOffer } from '../../src/task/open.ts';
import { type Market, visitMarket } from './market.ts';
import { FREE_HAND, orderOf, type Want } from './parts.ts';
import type { Seller } from './seller.ts';

// A quote tells what a purchase would meet. It pays nothing and leaves no trace.

async function opened(settings: WrittenSettings = {}): Promise<[Market, Seller]> {
  const market = await visitMarket({ settings });
  return [market, await market.seller()];
}

const offered = ({ means, store }: Market, url: string, want?: Want) =>
  askOffer({ ...means, ledger: store.ledger }, orderOf(url, want));

test.each([
  ['a human would be asked', {}, { kind: 'ask', ceiling: sats(106) }],
  ['a rule would pay', FREE_HAND, { kind: 'approve', ceiling: sats(106) }],
  ['a cap would refuse', { caps: { requestSats: 99 } }, { kind: 'deny', code: 'amount_over_cap' }],
])('%s', async (_name, settings, decision) => {
  const [market, seller] = await opened(settings);
  const offer = await offered(market, `${seller.origin}/a`);
  const quote = { origin: seller.origin, url: `${seller.origin}/a`, amount: sats(100) };
  expect(offer).toMatchObject({ ok: true, value: { kind: 'quoted', quote, decision } });
  expect(await market.store.tasks.list({ owner: 'local', limit: 9 })).toEqual([]);
  expect(await market.debits()).toBe(0);
});

test('settings that cannot be read would refuse, whatever they last said', async () => {
  const [market, seller] = await opened(FREE_HAND);
  market.break();
  const decision = { kind: 'deny', code: 'settings_invalid' };
  expect(await offered(market, `${seller.origin}/a`)).toMatchObject({ value: { decision } });
});

test('what costs nothing is said to be free', async () => {
  const [market, seller] = await opened();
  seller.unpaid = (_request, response) => response.writeHead(404).end();
  const free = { kind: 'free', status: 404 };
  expect(await offered(market, `${seller.origin}/a`)).toEqual({ ok: true, value: free });
});

test('a method that may change something, and a blocked host, are never asked', async () => {
  const [market, seller] = await opened();
  const post = await offered(market, `${seller.origin}/a`, { method: 'POST' });
  expect(post).toMatchObject({ ok: false, code: 'invalid_input' });
  market.set({ hosts: { block: [seller.host] } });
  const blocked = await offered(market, `${seller.origin}/a`);
  expect(blocked).toMatchObject({ ok: false, code: 'host_blocked' });
  expect(seller.requests).toEqual([]);
});

import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { decodeInvoice } from '../../src/l402/index.ts';
import { rpc } from '../../src/node/rpc.ts';
import { ourLnd } from './books.ts';
import { bringUp, type Network } from './bring-up.ts';
import { openNode } from './node.ts';
import type { Answer } from './operator.ts';
import { openShop, PRICE, type Shop, USES } from './shop.ts';
import { until } from './until.ts';

// Somebody else's node pays our own lnd for what our gateway sells, by a client of a few lines.

let network: Network;
let shop: Shop;
let round = 0;
let path = '';

beforeAll(async () => {
  network = await bringUp(inject('binaries'));
  await openNode(network);
  shop = await openShop(network);
});
afterAll(async () => {
  await shop?.close();
  await network?.close();
});
beforeEach(() => {
  round += 1;
  path = `/thing/${round}`;
});

const pay = (invoice: string) => network.merchant.pay(invoice);
const income = async (): Promise<Answer> => {
  const { totals, ...rest } = await network.operator.does('income');
  const [sum = { totalMsats: 0, payments: 0 }] = totals;
  return { ...rest, ...sum };
};
const booked = (payments: number): Promise<Answer> =>
  until('the payment is booked', async () => {
    const now = await income();
    return now.payments === payments && now;
  });

/** Buys what is at a path; the credential. */
async function buy(): Promise<string> {
  const { macaroon, invoice } = await shop.challenge(path);
  return `L402 ${macaroon}:${await pay(invoice)}`;
}

test('a request costs what the paywall says, is served once it is paid, and is booked to the msat', async () => {
  const before = await income();
  const { macaroon, invoice } = await shop.challenge(path);
  expect(decodeInvoice(invoice)).toMatchObject({
    ok: true,
    value: { amount: BigInt(PRICE * 1000) },
  });
  const credential = `L402 ${macaroon}:${await pay(invoice)}`;
  for (let use = 0; use < USES; use += 1) {
    expect(await shop.ask(path, credential)).toMatchObject({ status: 200, body: `sold: ${path}` });
  }
  expect((await shop.ask(path, credential)).status).toBe(402);
  expect(shop.served.filter(served => served === path)).toHaveLength(USES);
  expect(await booked(before.payments + 1)).toMatchObject({
    totalMsats: before.totalMsats + PRICE * 1000,
    unknownPayments: 0,
  });
});

test('a payment that came while the gateway was dead is booked by the next, once, and what it bought is served', async () => {
  const before = await income();
  const { macaroon, invoice } = await shop.challenge(path);
  await shop.end('SIGKILL');
  const credential = `L402 ${macaroon}:${await pay(invoice)}`;
  expect(await income()).toEqual(before);
  await shop.start();
  const after = await booked(before.payments + 1);
  expect(after.totalMsats).toBe(before.totalMsats + PRICE * 1000);
  expect((await shop.ask(path, credential)).status).toBe(200);
  await shop.end('SIGKILL');
  await shop.start();
  path = `${path}/next`;
  await buy();
  // Booked in lnd's order: with the next in the books, nothing of before can still come.
  expect(await booked(before.payments + 2)).toMatchObject({ unknownPayments: 0 });
});

test('the true preimage of an invoice that our node was not paid for opens nothing', async () => {
  const { macaroon, invoice } = await shop.challenge(path);
  const decoded = decodeInvoice(invoice);
  if (!decoded.ok) throw new Error(decoded.detail);
  const { default: lightning } = await ourLnd(network.operator);
  const r_hash = Buffer.from(decoded.value.paymentHash, 'hex');
  const { r_preimage } = await rpc<{ r_preimage: Buffer }>(lightning, 'lookupInvoice', { r_hash });
  const credential = `L402 ${macaroon}:${r_preimage.toString('hex')}`;
  const { status, body } = await shop.ask(path, credential);
  expect({ status, code: JSON.parse(body).code }).toEqual({ status: 401, code: 'missing_proof' });
  expect(shop.served).not.toContain(path);
  expect(await pay(invoice)).toBe(r_preimage.toString('hex'));
  expect((await shop.ask(path, credential)).status).toBe(200);
});

test('a payment for no invoice of ours is counted apart', async () => {
  const before = await income();
  const { default: lightning } = await ourLnd(network.operator);
  const order = { value_msat: '5000', memo: 'not for the gateway' };
  const made = await rpc<{ payment_request: string }>(lightning, 'addInvoice', order);
  await pay(made.payment_request);
  await until('it is seen', async () => (await income()).unknownPayments === 1);
  expect(await income()).toMatchObject({ totalMsats: before.totalMsats });
});

test('with lnd stopped nothing is charged for and what was paid is served; once it runs, selling goes on by itself', async () => {
  const before = await income();
  const credential = await buy();
  await booked(before.payments + 1);
  await network.operator.does('node', 'stop');
  expect((await shop.ask(`${path}/new`)).status).toBe(503);
  expect((await shop.ask(path, credential)).status).toBe(200);
  await network.operator.does('node', 'start');
  path = `${path}/after`;
  const later = await until('it is for sale again', () => buy());
  expect((await shop.ask(path, later)).status).toBe(200);
  await booked(before.payments + 2);
});

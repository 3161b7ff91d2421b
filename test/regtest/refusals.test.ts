import type { AuthenticatedLnd } from 'ln-service';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { HOUR, sats, systemClock } from '../../src/base/index.ts';
import type { Connected } from '../e2e/client.ts';
import { once } from '../e2e/desk.ts';
import { openSeller, type Seller } from '../task/seller.ts';
import { startAgent } from './agent.ts';
import { ourLnd, paymentsOf } from './books.ts';
import { bringUp, type Network } from './bring-up.ts';
import { foreignBill } from './foreign.ts';
import { CHANNEL, openNode } from './node.ts';
import type { Answer } from './operator.ts';
import { type Bill, openTill, type Till } from './till.ts';

// What a real lnd cannot pay, or must not: each is told for what it is, and nothing has moved.

let network: Network;
let agent: Connected;
let seller: Seller;
let till: Till;
let ours: AuthenticatedLnd;
/** What the seller asks for next. */
let bill: () => Bill | Promise<Bill>;
let round = 0;
let asked = 0;

beforeAll(async () => {
  network = await bringUp(inject('binaries'));
  await openNode(network);
  till = openTill(network.merchant);
  ours = await ourLnd(network.operator);
  for (const cap of ['requestSats', 'hostSats', 'hourSats', 'daySats', 'totalSats']) {
    await network.operator.does('settings', 'set', `caps.${cap}`, String(2 * CHANNEL.sats));
  }
  seller = await openSeller({ issue: () => Promise.reject(new Error('it has bills')) });
  seller.unpaid = async (_request, response) => seller.charge(response, { invoice: await bill() });
  agent = await startAgent(network.operator, () => {
    asked += 1;
    return once;
  });
});
afterAll(async () => {
  await agent?.close();
  await seller?.close();
  await network?.close();
});
beforeEach(() => {
  asked = 0;
  round += 1;
});

async function buy(): Promise<Answer> {
  const url = `${seller.origin}/${round}`;
  return (await agent.call('l402_fetch', { url }, { timeout: 60_000 })).output;
}

/** What can be sent, what is held for payments, and what lnd has really sent, msat. */
async function books() {
  const { wallet, paymentsInFlight, totalSpentMsats } = (await agent.call('node_status')).output;
  const payments = await paymentsOf(ours);
  const made = payments.filter(({ state }) => state !== 'FAILED');
  return { balance: wallet.balanceMsats, paymentsInFlight, totalSpentMsats, made };
}

test.each<[code: string, why: string, bill: () => Bill | Promise<Bill>]>([
  [
    'insufficient_balance',
    'for more than our side of the channel has',
    () => till.bill(sats(1_900_000)),
  ],
  ['no_route', 'of a node that nobody has a channel to', () => foreignBill(sats(100))],
])('%s: an invoice %s is tried, and nothing moves', async (code, _why, next) => {
  bill = next;
  const before = await books();
  const { status, money, denyReasonCode, hint } = await buy();
  expect({ status, money, denyReasonCode }).toEqual({
    status: 'failed',
    money: 'not_moved',
    denyReasonCode: code,
  });
  expect(hint).not.toBe('');
  expect(asked).toBe(1);
  expect(await books()).toEqual(before);
});

test.each<[why: string, bill: () => Bill]>([
  ['has expired', () => foreignBill(sats(100), 'bcrt', systemClock.now() - 2 * HOUR)],
  ['is of another network', () => foreignBill(sats(100), 'bc')],
  ['is of a test network that is not ours', () => foreignBill(sats(100), 'tbs')],
])('an invoice that %s is shown to nobody and never reaches lnd', async (_why, next) => {
  bill = next;
  const before = await books();
  expect(await buy()).toMatchObject({
    status: 'failed',
    money: 'not_moved',
    denyReasonCode: 'INVOICE_INVALID',
  });
  expect(asked).toBe(0);
  expect(await books()).toEqual(before);
});

test('a payment that its payee refuses gives back all that was held for it', async () => {
  bill = async () => {
    const held = await till.hold(sats(100));
    await till.refuse(held.hash);
    return held;
  };
  const before = await books();
  expect(await buy()).toMatchObject({
    status: 'failed',
    money: 'not_moved',
    denyReasonCode: 'PaymentFailedError',
  });
  expect(await books()).toEqual(before);
});

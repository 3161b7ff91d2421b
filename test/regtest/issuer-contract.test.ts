import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { MINUTE, msat, SECOND, systemClock } from '../../src/base/index.ts';
import { type IssuerRig, invoiceIssuerContract } from '../contract/invoice-issuer.ts';
import { lndIssuerAt } from '../lnd/wallet.ts';
import { ourAddress, ourLnd, settleIndexOf } from './books.ts';
import { bringUp, type Network } from './bring-up.ts';
import { openNode } from './node.ts';

// The promises of an issuer, kept by a real lnd with the macaroon that our own `node init` baked for selling.

let network: Network;
beforeAll(async () => {
  network = await bringUp(inject('binaries'));
  await openNode(network);
});
afterAll(() => network?.close());

async function open() {
  const address = await ourAddress(network.operator, 'seller');
  return lndIssuerAt(() => address, systemClock);
}

test('a node that never received anything tells of the first that it does, and of it again from 0 on', async () => {
  const issuer = await open();
  const over = new AbortController();
  const first = async () => {
    for await (const receipt of issuer.settlements(0n, over.signal)) return receipt;
    return undefined;
  };
  const waiting = first();
  const order = { amount: msat(1_500), description: 'the very first', ttlMs: 10 * MINUTE };
  const { invoice, paymentHash } = await issuer.issue(order);
  await network.merchant.pay(invoice);
  const told = await waiting;
  expect(told).toMatchObject({ index: 1n, paymentHash, amount: 1_500n });
  expect(await first()).toEqual(told);
  over.abort();
  await issuer.close();
});

invoiceIssuerContract('a real lnd', async (): Promise<IssuerRig> => {
  const start = await settleIndexOf(await ourLnd(network.operator));
  return {
    network: 'bcrt',
    start,
    now: systemClock.now,
    open,
    pay: async invoice => void (await network.merchant.pay(invoice)),
    // lnd cancels what was not paid in time a moment after.
    pass: ms => systemClock.after(ms + SECOND),
    close: async () => undefined,
  };
});

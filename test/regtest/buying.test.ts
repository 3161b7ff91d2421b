import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import type { Connected, Form, Human } from '../e2e/client.ts';
import { no, once } from '../e2e/desk.ts';
import { startAgent } from './agent.ts';
import { type Aperture, goods, openAperture, PRICES } from './aperture.ts';
import { bringUp, type Network } from './bring-up.ts';
import { openNode } from './node.ts';
import type { Answer } from './operator.ts';
import { until } from './until.ts';

// An agent buys from a real Aperture, with the money of our own lnd, through a channel to somebody else's.

let network: Network;
let aperture: Aperture;
let agent: Connected;
let human: Human;
let forms: Form[];
let round = 0;

beforeAll(async () => {
  network = await bringUp(inject('binaries'));
  await openNode(network);
  aperture = await openAperture(network);
  agent = await startAgent(network.operator, form => {
    forms.push(form);
    return human(form);
  });
});
afterAll(async () => {
  await agent?.close();
  await aperture?.close();
  await network?.close();
});
beforeEach(() => {
  forms = [];
  human = () => once;
  round += 1;
});

const PRICE = PRICES.cheap * 1000;
const BOUGHT = { status: 'completed', money: 'moved', paid: true, amountMsats: PRICE };

/** Buys with a scope of this test alone: Aperture's credentials are good for all that it sells at a price. */
const buy = async (path: string, more: object = {}): Promise<Answer> => {
  const url = aperture.origin + path;
  const input = { url, scope: `test ${round}`, ...more };
  return (await agent.call('l402_fetch', input, { timeout: 60_000 })).output;
};
const status = async (): Promise<Answer> => (await agent.call('node_status')).output;
const sent = async (): Promise<number> => (await status()).wallet.balanceMsats;

/** What left our wallet and what the merchant earned while something was done, msat. */
async function moved(work: () => Promise<void>): Promise<readonly [left: number, earned: number]> {
  const [balance, income] = [await sent(), await network.merchant.earned()];
  await work();
  return [balance - (await sent()), Number((await network.merchant.earned()) - income)];
}

test('what a human agreed to is paid to the msat and delivered, and the next time it costs nothing', async () => {
  const both = await moved(async () => {
    expect(await buy('/cheap/news')).toMatchObject({
      ...BOUGHT,
      feeMsats: 0,
      realMoney: false,
      responseStatusCode: 200,
      responseBodyTextPreview: goods('/cheap/news'),
    });
    expect(forms).toHaveLength(1);
    expect(forms[0]?.message).toContain('Price: 100 sats');
    expect(await buy('/cheap/news')).toMatchObject({
      status: 'cached',
      money: 'not_moved',
      paid: false,
      responseBodyTextPreview: goods('/cheap/news'),
    });
    expect(forms).toHaveLength(1);
  });
  expect(both).toEqual([PRICE, PRICE]);
});

test('a price over a cap, and a human’s no, move nothing', async () => {
  const over = { status: 'blocked', denyReasonCode: 'amount_over_cap', money: 'not_moved' };
  const both = await moved(async () => {
    expect(await buy('/dear/thing')).toMatchObject(over);
    expect(await buy('/cheap/thing', { maxSpendMsats: PRICE - 1 })).toMatchObject(over);
    expect(forms).toEqual([]);
    human = () => no;
    expect(await buy('/cheap/thing')).toMatchObject({
      status: 'blocked',
      denyReasonCode: 'approval_declined',
      money: 'not_moved',
    });
  });
  expect(both).toEqual([0, 0]);
});

test('node_status tells how the node is', async () => {
  expect(await status()).toMatchObject({
    network: 'regtest',
    realMoney: false,
    wallet: { kind: 'lnd', ready: true },
    node: {
      lifecycle: 'running',
      health: 'healthy',
      walletState: 'unlocked',
      recovery: 'seed_backup_acknowledged',
      nodeVersion: expect.stringMatching(/^0\.20/),
      synced: true,
      height: await network.chain.height(),
    },
  });
});

test('a seller that is down is said to be down', async () => {
  await aperture.stop();
  const both = await moved(async () => {
    expect(await buy('/cheap/thing')).toMatchObject({
      status: 'failed',
      denyReasonCode: 'L402TransportError',
      money: 'not_moved',
    });
  });
  await aperture.start();
  expect(both).toEqual([0, 0]);
});

test('with the other side of the channel away nothing moves, and once it is back all goes on by itself', async () => {
  const before = await sent();
  human = async () => {
    await network.merchant.stop();
    return once;
  };
  expect(await buy('/cheap/thing')).toMatchObject({
    status: 'failed',
    denyReasonCode: 'no_route',
    money: 'not_moved',
  });
  await network.merchant.start();
  await until('the channel is back', async () => (await sent()) === before);
  human = () => once;
  expect(await buy('/cheap/thing')).toMatchObject(BOUGHT);
  expect(await sent()).toBe(before - PRICE);
});

test('with lnd stopped a payment is in doubt and what was bought before is still delivered; once it runs, that ends truly', async () => {
  await buy('/cheap/before');
  const both = await moved(async () => {
    human = async () => {
      await network.operator.does('node', 'stop');
      return once;
    };
    const buying = buy('/cheap/thing', { scope: 'without lnd' });
    const doubtful = await until('the payment is in doubt', async () => {
      const { tasks } = (await agent.call('l402_tasks', { limit: 1 })).output;
      return tasks[0]?.money === 'maybe_moved' && tasks[0];
    });
    expect(doubtful).toMatchObject({ status: 'running' });
    expect(await status()).toMatchObject({
      wallet: { ready: false },
      node: { lifecycle: 'stopped' },
      paymentsInFlight: 1,
    });
    expect(await buy('/cheap/before')).toMatchObject({ status: 'cached', money: 'not_moved' });
    await network.operator.does('node', 'start');
    // lnd takes payments before its channel is up again, which is waited for.
    expect(await buying).toMatchObject(BOUGHT);
  });
  expect(both).toEqual([PRICE, PRICE]);
});

import { describe, expect, test, vi } from 'vitest';
import { HOUR, SECOND } from '../../src/base/index.ts';
import { holderOf, type Means } from '../../src/task/index.ts';
import { openExecutor } from '../../src/task/open.ts';
import { kindsOf, type Market, visitMarket } from './market.ts';
import { FREE_HAND } from './parts.ts';

// The loop over the open tasks: it misses nothing, does nothing twice, and rests when there is nothing to do.

const BOUGHT = { status: 'completed', money: 'moved' };

/** The means with one part changed. */
const changing =
  <K extends keyof Means>(name: K, change: (part: Means[K]) => Partial<Means[K]>) =>
  (means: Means): Means => ({ ...means, [name]: { ...means[name], ...change(means[name]) } });

test('a task that is opened while the loop is just finding nothing to do is not left behind', async () => {
  const looked = Promise.withResolvers<void>();
  const told = Promise.withResolvers<void>();
  let looks = 0;
  const market = await visitMarket({
    settings: FREE_HAND,
    means: changing('tasks', tasks => ({
      async unfinished() {
        const open = await tasks.unfinished();
        looks += 1;
        if (looks === 1) {
          looked.resolve();
          await told.promise;
        }
        return open;
      },
    })),
  });
  const seller = await market.seller();
  market.executor.wake();
  await looked.promise;
  const task = await market.buy(`${seller.origin}/a`);
  told.resolve();
  expect(await market.ended(task)).toMatchObject(BOUGHT);
});

test('a process that lost the lease to one that then died takes its tasks up again', async () => {
  const market = await visitMarket({ settings: FREE_HAND });
  const seller = await market.seller();
  const arrived = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const { unpaid } = seller;
  seller.unpaid = async (request, response) => {
    arrived.resolve();
    await go.promise;
    return unpaid(request, response);
  };
  const task = await market.buy(`${seller.origin}/a`);
  await arrived.promise;
  await market.store.lease.release(1);
  expect(await market.store.lease.take('somebody who dies at once')).toBe(2);
  go.resolve();
  expect(await market.outlast(task)).toMatchObject(BOUGHT);
  expect(await market.debits()).toBe(1);
});

test('a machine that slept through a step takes the step again', async () => {
  const market = await visitMarket({ settings: FREE_HAND });
  const seller = await market.seller();
  const { unpaid } = seller;
  const slept = Promise.withResolvers<void>();
  seller.unpaid = (request, response) => {
    seller.unpaid = unpaid;
    market.clock.move(HOUR);
    slept.resolve();
    return unpaid(request, response);
  };
  const task = await market.buy(`${seller.origin}/a`);
  await slept.promise;
  expect(await market.outlast(task)).toMatchObject(BOUGHT);
});

test('a payment on its way is watched calmly by a process that cannot take the lease', async () => {
  const calls = { looks: 0, takes: 0 };
  const counting = (means: Means): Means => ({
    ...means,
    tasks: {
      ...means.tasks,
      unfinished() {
        calls.looks += 1;
        return means.tasks.unfinished();
      },
    },
    lease: {
      ...means.lease,
      take(holder) {
        calls.takes += 1;
        return means.lease.take(holder);
      },
    },
  });
  const market = await visitMarket({ settings: FREE_HAND, means: counting });
  const seller = await market.seller();
  await market.sandbox.setBehaviour({ kind: 'stuck' });
  const task = await market.buy(`${seller.origin}/a`);
  await market.until(task, one => kindsOf(one).includes('sending'));
  await market.clock.asleep(25);
  market.clock.move(20 * SECOND);
  await market.pass(SECOND);
  // Another process takes the lease; this one can only wait.
  const { fence } = (await market.store.lease.holder())!;
  await market.store.lease.release(fence);
  await market.store.lease.take('another');
  await market.pass(6 * SECOND);
  calls.looks = 0;
  calls.takes = 0;
  await market.pass(3 * SECOND, 10);
  expect(calls.looks).toBeLessThan(10);
  expect(calls.takes).toBeLessThan(10);
});

test('closing leaves a purchase as it is, before payment and after it; whoever starts next goes on', async () => {
  const errors: string[] = [];
  const market = await visitMarket({
    settings: FREE_HAND,
    means: changing('log', () => ({ error: (_data, message) => errors.push(message) })),
  });
  const seller = await market.seller();
  for (const phase of ['unpaid', 'paid'] as const) {
    const honest = seller[phase];
    const arrived = new Promise<void>(resolve => {
      seller[phase] = () => resolve();
    });
    const task = await market.buy(`${seller.origin}/${phase}`);
    await arrived;
    await market.executor.close();
    expect(await market.status(task)).toMatchObject({ final: false });
    seller[phase] = honest;
    await market.restart();
    expect(await market.ended(task)).toMatchObject(BOUGHT);
  }
  expect(await market.debits()).toBe(2);
  expect(errors).toEqual([]);
});

test('an executor that was closed takes no step, and gives the lease back', async () => {
  const market = await visitMarket({ settings: FREE_HAND });
  const seller = await market.seller();
  await market.ended(await market.buy(`${seller.origin}/a`));
  await market.executor.close();
  expect(await market.store.lease.holder()).toBeUndefined();
  const task = await market.buy(`${seller.origin}/b`);
  market.executor.wake();
  await market.executor.close();
  expect(await market.kinds(task)).toEqual(['requested']);
  await market.restart();
  expect(await market.ended(task)).toMatchObject(BOUGHT);
});

test('nothing at all is written before the first wake, nor for an empty record', async () => {
  const market = await visitMarket();
  const other = openExecutor(market.means);
  await other.close();
  market.executor.wake();
  await market.executor.close();
  expect(await market.store.lease.holder()).toBeUndefined();
  expect(await market.store.lease.take('the first')).toBe(1);
});

describe('on a standing post', () => {
  test('the lease is taken before there is work, kept while there is none, and given back at the end', async () => {
    const market = await visitMarket();
    const standing = openExecutor(market.means, 'standing');
    standing.wake();
    await market.clock.asleep(2 * SECOND);
    for (let passed = 0; passed < 60; passed += 2) {
      market.clock.move(2 * SECOND);
      await market.clock.asleep(2 * SECOND);
      expect(await market.store.lease.take('another')).toBeUndefined();
    }
    const { holder, fence } = (await market.store.lease.holder())!;
    expect({ ...holderOf(holder), fence }).toEqual({
      post: 'standing',
      pid: process.pid,
      fence: 1,
    });
    await standing.close();
    expect(await market.store.lease.holder()).toBeUndefined();
  });

  test('a lease that somebody else took is taken back as soon as it is free', async () => {
    const market = await visitMarket();
    const standing = openExecutor(market.means, 'standing');
    standing.wake();
    await market.clock.asleep(2 * SECOND);
    await market.store.lease.release(1);
    const other = await market.store.lease.take('another');
    market.clock.move(2 * SECOND);
    await market.clock.asleep(1, SECOND);
    await market.store.lease.release(other!);
    const holder = async () => (await market.store.lease.holder())?.fence;
    await vi.waitFor(async () => {
      market.clock.move(SECOND);
      expect(await holder()).toBe(3);
    });
    await standing.close();
  });
});

test('a process that was stopped between holding a sum and paying it leaves the payment to a look-up', async () => {
  let stops = true;
  const paid: number[] = [];
  const stopped = Promise.withResolvers<void>();
  const market: Market = await visitMarket({
    settings: FREE_HAND,
    means: means => ({
      ...means,
      lease: { ...means.lease, beat: fence => stopped.promise.then(() => means.lease.beat(fence)) },
      tasks: {
        ...means.tasks,
        async append(...what) {
          const recorded = await means.tasks.append(...what);
          if (stops && recorded.facts.at(-1)?.kind === 'sending') {
            stops = false;
            market.clock.move(9 * SECOND);
          }
          return recorded;
        },
      },
      async wallet() {
        const wallet = await means.wallet();
        const pay: typeof wallet.pay = payment => {
          paid.push(market.clock.now());
          return wallet.pay(payment);
        };
        return { ...wallet, pay };
      },
    }),
  });
  const seller = await market.seller();
  const task = await market.buy(`${seller.origin}/a`);
  await market.until(task, one => kindsOf(one).includes('sending'));
  await market.clock.asleep(1, SECOND);
  expect(paid).toEqual([]);
  stopped.resolve();
  expect(await market.outlast(task)).toMatchObject(BOUGHT);
  expect(paid).toHaveLength(1);
  expect(await market.debits()).toBe(1);
});

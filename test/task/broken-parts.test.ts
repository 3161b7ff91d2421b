import { describe, expect, test } from 'vitest';
import { SECOND, TollkeeperError } from '../../src/base/index.ts';
import type { Means, TaskStore } from '../../src/task/index.ts';
import { kindsOf, visitMarket } from './market.ts';
import { FREE_HAND } from './parts.ts';

// Whatever part fails, and wherever: nothing is sent without a durable record, and nothing is lost.

const BOUGHT = { status: 'completed', money: 'moved' };

/** Means whose store fails on the append that would write a fact of a kind: before it, or right after. */
function failing(kind: string, when: 'before' | 'after', times = 1) {
  let left = times;
  return (means: Means): Means => {
    const append: TaskStore['append'] = async (taskId, reads, decide) => {
      let written = false;
      const recorded = await means.tasks.append(taskId, reads, (facts, books) => {
        const verdict = decide(facts, books);
        written = 'append' in verdict && verdict.append.some(fact => fact.kind === kind);
        if (written && when === 'before' && left > 0) {
          left -= 1;
          throw new TollkeeperError('store_unavailable');
        }
        return verdict;
      });
      if (written && when === 'after' && left > 0) {
        left -= 1;
        throw new TollkeeperError('store_unavailable');
      }
      return recorded;
    };
    return { ...means, tasks: { ...means.tasks, append } };
  };
}

/** Means with a wallet that counts what it is handed. */
function counting(handed: string[]) {
  return (means: Means): Means => ({
    ...means,
    async wallet() {
      const wallet = await means.wallet();
      return {
        ...wallet,
        pay(payment) {
          handed.push(payment.paymentHash);
          return wallet.pay(payment);
        },
      };
    },
  });
}

describe('a record that cannot be written', () => {
  test('at T1 sends nothing; once it can be, the purchase goes on', async () => {
    const handed: string[] = [];
    const count = counting(handed);
    const fail = failing('reserved', 'before', 3);
    const market = await visitMarket({
      settings: FREE_HAND,
      means: means => fail(count(means)),
    });
    const seller = await market.seller();
    const task = await market.buy(`${seller.origin}/a`);
    await market.until(task, one => kindsOf(one).includes('approved'));
    await market.pass(6 * SECOND);
    expect(handed).toEqual([]);
    expect(await market.kinds(task)).not.toContain('reserved');
    expect(await market.outlast(task)).toMatchObject(BOUGHT);
    expect(handed).toHaveLength(1);
  });

  test.each(['reserved', 'settled', 'delivered', 'challenged'])(
    'or seems so though it was, at %s, leads to one payment and one delivery',
    async kind => {
      const market = await visitMarket({ settings: FREE_HAND, means: failing(kind, 'after') });
      const seller = await market.seller();
      const task = await market.buy(`${seller.origin}/a`);
      expect(await market.outlast(task)).toMatchObject(BOUGHT);
      expect((await market.kinds(task)).filter(each => each === 'reserved')).toHaveLength(1);
      expect(await market.debits()).toBe(1);
    },
  );

  test('at T2 keeps the sum held, and T2 follows', async () => {
    const market = await visitMarket({
      settings: FREE_HAND,
      means: failing('settled', 'before', 3),
    });
    const seller = await market.seller();
    const task = await market.buy(`${seller.origin}/a`);
    await market.until(task, one => kindsOf(one).includes('sending'));
    await market.pass(SECOND);
    expect(await market.status(task)).toMatchObject({ status: 'running', money: 'maybe_moved' });
    expect(await market.outlast(task)).toMatchObject(BOUGHT);
    expect(await market.debits()).toBe(1);
  });

  test('at T3 keeps the sum held, and is freed once', async () => {
    const market = await visitMarket({
      settings: FREE_HAND,
      means: failing('released', 'before', 2),
    });
    const seller = await market.seller();
    await market.sandbox.setBehaviour({ kind: 'fail' });
    const task = await market.buy(`${seller.origin}/a`);
    await market.until(task, one => kindsOf(one).includes('sending'));
    expect(await market.outlast(task)).toMatchObject({ status: 'failed', money: 'not_moved' });
    expect((await market.kinds(task)).filter(each => each === 'released')).toHaveLength(1);
  });
});

test('a secret that cannot be opened at first keeps a paid POST here, and does not lose it', async () => {
  let failures = 1;
  const market = await visitMarket({
    means: means => ({
      ...means,
      tasks: {
        ...means.tasks,
        async reveal(taskId, kind) {
          if (kind === 'settled' && failures-- > 0) throw new TollkeeperError('key_unavailable');
          return means.tasks.reveal(taskId, kind);
        },
      },
    }),
  });
  const seller = await market.seller();
  const task = await market.buy(`${seller.origin}/a`, { method: 'POST', body: 'order one' });
  await market.say(task, 'once');
  expect(await market.outlast(task)).toMatchObject(BOUGHT);
  expect(seller.requests).toHaveLength(2);
});

describe('a wallet that is down', () => {
  const down = async (): Promise<never> => {
    throw new TollkeeperError('wallet_unavailable');
  };

  test('before anything is held ends the purchase, and nothing is held', async () => {
    const market = await visitMarket({
      settings: FREE_HAND,
      means: means => ({ ...means, wallet: down }),
    });
    const seller = await market.seller();
    const task = await market.buy(`${seller.origin}/a`);
    const failed = { status: 'failed', code: 'wallet_unavailable', money: 'not_moved' };
    expect(await market.ended(task)).toMatchObject(failed);
    expect(await market.kinds(task)).not.toContain('reserved');
  });

  test('while a payment is on its way leaves it as it is until the wallet is back', async () => {
    const market = await visitMarket({ settings: FREE_HAND });
    const seller = await market.seller();
    await market.sandbox.setBehaviour({ kind: 'late', ms: 60 * SECOND });
    const task = await market.buy(`${seller.origin}/a`);
    await market.until(task, one => kindsOf(one).includes('sending'));
    await market.clock.asleep(25);
    market.clock.move(20 * SECOND);
    await market.restart(means => ({ ...means, wallet: down }));
    await market.pass(60 * SECOND);
    expect(await market.status(task)).toMatchObject({ status: 'running', money: 'maybe_moved' });
    await market.restart();
    expect(await market.outlast(task)).toMatchObject(BOUGHT);
    expect(await market.debits()).toBe(1);
  });
});

describe('a lease that is lost', () => {
  /** Means whose wallet, before or after it pays, finds the lease taken by another process. */
  const robbed =
    (when: 'before' | 'after') =>
    (means: Means): Means => {
      let robbed = false;
      const rob = async () => {
        if (robbed) return;
        robbed = true;
        const { fence } = (await means.lease.holder())!;
        await means.lease.release(fence);
        await means.lease.take('another process');
      };
      return {
        ...means,
        async wallet() {
          const wallet = await means.wallet();
          return {
            ...wallet,
            async pay(payment) {
              if (when === 'before') await rob();
              const outcome = await wallet.pay(payment);
              await rob();
              return outcome;
            },
          };
        },
      };
    };

  test.each(['before', 'after'] as const)(
    '%s the wallet pays leaves T2 to its next holder',
    async when => {
      const market = await visitMarket({ settings: FREE_HAND, means: robbed(when) });
      const seller = await market.seller();
      const task = await market.buy(`${seller.origin}/a`);
      await market.until(task, one => kindsOf(one).includes('sending'));
      await market.pass(2 * SECOND);
      expect(await market.kinds(task)).not.toContain('settled');
      expect(await market.outlast(task)).toMatchObject(BOUGHT);
      expect(await market.kinds(task)).toContain('settled');
      expect(await market.debits()).toBe(1);
    },
  );
});

test('settings that cannot be read stop a purchase before anything is sent', async () => {
  const market = await visitMarket({ settings: FREE_HAND });
  const seller = await market.seller();
  market.break();
  const task = await market.buy(`${seller.origin}/a`);
  const blocked = { status: 'blocked', code: 'settings_invalid', money: 'not_moved' };
  expect(await market.ended(task)).toMatchObject(blocked);
  expect(seller.requests).toEqual([]);
});

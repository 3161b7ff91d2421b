import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { DAY, type Msat, SECOND, sats } from '../../src/base/index.ts';
import { takeOver } from '../../src/store/take-over.ts';
import { nextStep } from '../../src/task/next-step.ts';
import { recordStep } from '../../src/task/record.ts';
import { FREE_HAND } from '../task/parts.ts';
import { storeAt } from './place.ts';
import {
  audited,
  BOUGHT,
  backedUp,
  booksOf,
  buy,
  damage,
  opened,
  restored,
  restoreNow,
} from './restoring.ts';

// Crash matrix C10: the record was copied back from a backup, and the wallet knows more than it does.

const pricesOf = (...prices: readonly number[]): Msat => sats(prices.reduce((a, b) => a + b, 0));

describe('a record that was restored', () => {
  test('forgets what was bought since, but neither what was bought before nor what anything cost', async () => {
    const { market, seller } = await opened();
    const a = await buy(market, seller, '/a', 'once');
    const file = await backedUp(market);
    const b = await buy(market, seller, '/b', 'once');
    await buy(market, seller, '/c', 'once');
    const before = await booksOf(market, seller);
    await restored(market, file);
    await audited(market);

    expect(await market.status(a)).toMatchObject(BOUGHT);
    expect(await market.store.tasks.load(b.id)).toBeUndefined();
    const { spend } = await booksOf(market, seller);
    expect(spend).toEqual({ ...before.spend, unclaimed: pricesOf(100, 100) });
    expect(spend.total).toBe(pricesOf(300));
    const unclaimed = await market.store.audits.unclaimed();
    expect(unclaimed.map(({ cost }) => cost)).toEqual([sats(100), sats(100)]);

    const again = await market.buy(`${seller.origin}/a`);
    expect(await market.ended(again)).toMatchObject({ status: 'cached', money: 'not_moved' });
    expect(await market.debits()).toBe(3);
  });

  test('asks anew for what it forgot, and stretches no budget for it', async () => {
    const settings = { caps: { requestSats: 200, daySats: 350, hourSats: 350, hostSats: 350 } };
    const { market, seller } = await opened(settings);
    const file = await backedUp(market);
    await buy(market, seller, '/b', 'once');
    await buy(market, seller, '/c', 'once');
    await restored(market, file);
    await audited(market);
    const b = await market.buy(`${seller.origin}/b`);
    await market.asked(b);
    expect(await market.debits()).toBe(2);
    await market.say(b, 'once');
    expect(await market.ended(b)).toMatchObject(BOUGHT);
    const d = await market.buy(`${seller.origin}/d`);
    expect(await market.ended(d)).toMatchObject({ status: 'blocked', code: 'BUDGET_EXCEEDED' });
  });

  test('takes what nobody claims as bought under each rule', async () => {
    const rule = { host: '127.0.0.1:*', maxSats: 150, maxSatsPerDay: 350 };
    const { market, seller } = await opened({ autoApprove: [rule], fees: { baseSats: 0 } });
    const file = await backedUp(market);
    await buy(market, seller, '/b');
    await buy(market, seller, '/c');
    await restored(market, file);
    await audited(market);
    await buy(market, seller, '/d');
    await market.asked(await market.buy(`${seller.origin}/e`));
  });

  test('has no approval, no question and no allowance of the backup any more', async () => {
    const { market, seller } = await opened();
    await buy(market, seller, '/a', sats(1000));
    const waiting = await market.buy(`http://127.0.0.1:${new URL(seller.origin).port}/b`, {
      requireApproval: true,
    });
    const askId = await market.asked(waiting);
    const file = await backedUp(market);
    const { cancelled } = await restored(market, file);
    expect(cancelled).toBe(1);
    await audited(market);
    expect(await market.status(waiting)).toMatchObject({ status: 'blocked', code: 'cancelled' });
    const late = { askId, verdict: { kind: 'once' }, via: 'terminal' } as const;
    expect(await market.buyer.answer(waiting, late)).not.toBe('approved');
    await market.asked(await market.buy(`${seller.origin}/c`));
    expect(await market.debits()).toBe(1);
  });

  test('pays nothing before the wallet told, looks up what is on its way, and then goes on', async () => {
    const { market, seller, wallet, means } = await opened(FREE_HAND);
    await market.sandbox.setBehaviour({ kind: 'stuck' });
    const underWay = await market.buy(`${seller.origin}/a`);
    const { facts } = await market.until(underWay, one =>
      one.facts.some(({ kind }) => kind === 'sending'),
    );
    const reserved = facts.find(fact => fact.kind === 'reserved')!;
    const file = await backedUp(market);
    wallet.isDown = true;
    await market.restart(means);
    await market.executor.close();
    await restoreNow(market, file);
    await market.restart(means);
    await market.sandbox.resolve(reserved.paymentHash, 'settle');
    await market.sandbox.setBehaviour({ kind: 'instant' });
    const fresh = await market.buy(`${seller.origin}/b`);
    await market.pass(20 * SECOND);
    expect(await market.status(underWay)).toMatchObject(BOUGHT);
    expect(await market.kinds(fresh)).toEqual(['requested', 'challenged', 'approved']);
    expect(await market.debits()).toBe(1);
    // A wallet that fails to tell is left in peace for longer and longer.
    expect(wallet.times).toBeLessThan(8);

    wallet.isDown = false;
    expect(await market.outlast(fresh)).toMatchObject(BOUGHT);
    expect((await booksOf(market, seller)).spend).toMatchObject({ unclaimed: 0n });
    expect(await market.debits()).toBe(2);
  });

  test('follows what is on its way also while the wallet never answers what it paid', async () => {
    const { market, seller, wallet, means } = await opened(FREE_HAND);
    await market.sandbox.setBehaviour({ kind: 'stuck' });
    const underWay = await market.buy(`${seller.origin}/a`);
    const { facts } = await market.until(underWay, one =>
      one.facts.some(({ kind }) => kind === 'sending'),
    );
    const file = await backedUp(market);
    wallet.hangs = true;
    await market.restart(means);
    await market.executor.close();
    await restoreNow(market, file);
    const { paymentHash } = facts.find(fact => fact.kind === 'reserved')!;
    await market.restart(means);
    await market.sandbox.resolve(paymentHash, 'settle');
    await market.pass(20 * SECOND);
    expect(await market.status(underWay)).toMatchObject(BOUGHT);
    expect(wallet.times).toBe(1);
    // And it can be ended: whoever goes on then asks anew.
    await market.executor.close();
    wallet.hangs = false;
    await market.restart(means);
    await audited(market);
  });

  test('asks again soon after the wallet failed to tell, also if the clock goes back meanwhile', async () => {
    const { market, wallet, means } = await opened(FREE_HAND);
    const file = await backedUp(market);
    wallet.isDown = true;
    await market.restart(means);
    await market.executor.close();
    await restoreNow(market, file);
    await market.restart(means);
    await vi.waitUntil(() => wallet.times > 0);
    market.clock.move(-DAY);
    wallet.isDown = false;
    await vi.waitUntil(
      async () => {
        market.clock.move(SECOND);
        return (await market.store.audits.due()) === undefined;
      },
      { timeout: 5_000 },
    );
  });

  test('asks from the backup on, also if a clock was once far ahead', async () => {
    const { market, seller } = await opened(FREE_HAND);
    market.clock.move(400 * DAY);
    await market.ended(await market.buy(`${seller.origin}/a`));
    await market.pass(15 * SECOND);
    market.clock.move(-400 * DAY);
    await market.buy(`${seller.origin}/b`);
    await market.pass(15 * SECOND);
    const at = market.clock.now();
    const file = await backedUp(market);
    market.clock.move(10 * DAY);
    await restored(market, file);
    expect(await market.store.audits.due()).toBeLessThan(at);
  });

  test('takes no pause while it is under way, rather than lose it', async () => {
    const { market } = await opened();
    const { killSwitch } = market.store;
    const replaced = await takeOver(join(market.home, 'tollkeeper.db'), market.clock);
    await expect(killSwitch.pause('a reason')).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(replaced.pause).toBeUndefined();
    await replaced.close();
    expect(await killSwitch.read()).toBeUndefined();
    expect(await killSwitch.pause('a reason')).toBe(true);
  });

  test.each([
    ['was paused when it was backed up', true, false],
    ['is paused when it is replaced', false, true],
  ])('stays paused if it %s', async (_when, inBackup, inRecord) => {
    const { market, seller } = await opened(FREE_HAND);
    const { killSwitch } = market.store;
    if (inBackup) await killSwitch.pause('a reason');
    const file = await backedUp(market);
    await killSwitch.resume();
    if (inRecord) await killSwitch.pause('a reason');
    await restored(market, file);
    expect(await killSwitch.read()).toMatchObject({ reason: 'a reason' });
    const task = await market.buy(`${seller.origin}/a`);
    expect(await market.ended(task)).toMatchObject({ code: 'global_pause_active' });
  });

  test('gives no number of the lease again, however often the same backup is restored', async () => {
    const { market } = await opened();
    const { home, clock } = market;
    const file = await backedUp(market);
    market.store.close();
    const given: number[] = [];
    for (const damaged of [false, false, true, false]) {
      const store = await storeAt(home, clock);
      for (const holder of ['first', 'second']) {
        const fence = await store.lease.take(holder);
        given.push(fence!);
        await store.lease.release(fence!);
      }
      store.close();
      clock.move(SECOND);
      if (damaged) await damage(home);
      await restoreNow(market, file);
    }
    expect(given).toEqual([...new Set(given)].toSorted((a, b) => a - b));
  });

  test('lets no process write that held the lease before', async () => {
    const { market, seller } = await opened(FREE_HAND);
    const task = await market.buy(`${seller.origin}/a`, { requireApproval: true });
    await market.asked(task);
    const file = await backedUp(market);
    await market.pass(15 * SECOND);
    const fence = await market.store.lease.take('stopped');
    market.clock.move(11 * SECOND);
    await restoreNow(market, file);
    expect(await market.store.lease.beat(fence!)).toBe(false);
    const late = market.store.audits.conclude(fence!, []);
    await expect(late).rejects.toMatchObject({ code: 'desktop_executor_offline' });
    const turn = { fence: fence!, isSure: () => true, closing: new AbortController().signal };
    const current = await market.store.tasks.load(task.id);
    const writing = recordStep(
      market.means,
      { ...turn, task: current!, step: nextStep(current!.facts, market.clock.now()) },
      (_facts, _books, at) => [{ kind: 'failed', at, code: 'internal_error' }],
    );
    await expect(writing).rejects.toMatchObject({ code: 'desktop_executor_offline' });
  });

  test('is seen at once by whoever had the old one open', async () => {
    const { market, seller } = await opened();
    const a = await buy(market, seller, '/a', 'once');
    const file = await backedUp(market);
    const b = await buy(market, seller, '/b', 'once');
    await market.pass(15 * SECOND);
    const other = await storeAt(market.home, market.clock);
    expect(await other.tasks.load(b.id)).toBeDefined();
    const waiting = other.news.after(other.news.mark(), DAY);
    await restoreNow(market, file);
    await waiting;
    expect(await other.tasks.load(b.id)).toBeUndefined();
    expect(await other.tasks.reveal(a.id, 'settled')).toBeDefined();
    await other.check();
    other.close();
  });
});

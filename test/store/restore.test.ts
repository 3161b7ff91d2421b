import { existsSync, readdirSync } from 'node:fs';
import { copyFile, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test, vi } from 'vitest';
import { type Clock, DAY, type Msat, SECOND, sats } from '../../src/base/index.ts';
import { openKeyring } from '../../src/secrets/index.ts';
import { backUp, openBackup, type Restored } from '../../src/store/index.ts';
import { takeOver } from '../../src/store/take-over.ts';
import type { Means, Task } from '../../src/task/index.ts';
import { nextStep } from '../../src/task/next-step.ts';
import { recordStep } from '../../src/task/record.ts';
import { type Market, visitMarket, type Word } from '../task/market.ts';
import { FREE_HAND } from '../task/parts.ts';
import type { Seller } from '../task/seller.ts';
import { storeAt } from './place.ts';

// Crash matrix C10: the record was copied back from a backup, and the wallet knows more than it does.

const BOUGHT = { status: 'completed', money: 'moved' };

/** What a wallet does when it is asked what it paid, and how often it was. */
interface Asked {
  isDown: boolean;
  hangs: boolean;
  times: number;
}

/** A market with one seller, whose wallet can be cut off. */
async function opened(settings = {}) {
  const wallet: Asked = { isDown: false, hangs: false, times: 0 };
  const means = (plain: Means): Means => ({
    ...plain,
    async wallet() {
      const open = await plain.wallet();
      const sent: typeof open.sent = since => {
        wallet.times += 1;
        if (wallet.hangs) return new Promise(() => undefined);
        return wallet.isDown ? Promise.reject(new Error('cut off')) : open.sent(since);
      };
      return { ...open, sent };
    },
  });
  const market = await visitMarket({ settings, means });
  return { market, seller: await market.seller(), wallet, means };
}

/** Buys at a path of the seller, with a human's word unless a rule gives it; returns the task. */
async function buy(market: Market, seller: Seller, path: string, word?: Word): Promise<Task> {
  const task = await market.buy(`${seller.origin}${path}`);
  if (word !== undefined) await market.say(task, word);
  expect(await market.ended(task)).toMatchObject(BOUGHT);
  return task;
}

async function backedUp({ home }: Market, name = 'backup'): Promise<string> {
  const file = join(home, name);
  await backUp(home, file);
  return file;
}

/** Restores once the executor has nothing to do, and so has given the lease back. */
async function restored(market: Market, file: string): Promise<Restored> {
  await market.pass(15 * SECOND);
  return restoreNow(market, file);
}

async function restoreNow(
  { home, clock }: { readonly home: string; readonly clock: Clock },
  file: string,
): Promise<Restored> {
  const sealer = await openKeyring(join(home, 'keys'));
  const backup = await openBackup({ home, file, sealer, clock });
  try {
    return await backup.restore();
  } finally {
    await backup.close();
  }
}

/** Has the wallet asked, as any process does that takes steps. */
async function audited({ executor, store }: Market): Promise<void> {
  const mark = store.news.mark();
  executor.wake();
  if ((await store.audits.due()) !== undefined) await store.news.after(mark, DAY);
  while ((await store.audits.due()) !== undefined) await store.news.after(store.news.mark(), DAY);
}

const booksOf = (market: Market, seller: Seller, owner = 'local') =>
  market.store.ledger.books({ owner, host: seller.host, now: market.clock.now() });

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

describe('a restore', () => {
  test('keeps the record that it replaces, which can be restored in its turn', async () => {
    const { market, seller } = await opened();
    const file = await backedUp(market);
    const b = await buy(market, seller, '/b', 'once');
    const { kept, damaged } = await restored(market, file);
    expect(damaged).toBe(false);
    expect((await stat(kept!)).mode & 0o777).toBe(0o600);
    expect(await market.store.tasks.load(b.id)).toBeUndefined();
    market.clock.move(SECOND);
    await restoreNow(market, kept!);
    await audited(market);
    expect(await market.status(b)).toMatchObject(BOUGHT);
    expect((await booksOf(market, seller)).spend).toMatchObject({ day: sats(100), unclaimed: 0n });
    expect(leftovers(market.home)).toEqual([]);
  });

  test('sees what it shows, whatever becomes of the file meanwhile', async () => {
    const { market, seller } = await opened();
    const a = await buy(market, seller, '/a', 'once');
    const file = await backedUp(market);
    await buy(market, seller, '/b', 'once');
    await market.pass(15 * SECOND);
    const { home, clock } = market;
    const sealer = await openKeyring(join(home, 'keys'));
    const backup = await openBackup({ home, file, sealer, clock });
    expect(backup).toMatchObject({ purchases: 1, newest: START });
    expect(backup.beyond).toBeGreaterThan(5);
    await rm(file);
    await backup.restore();
    await backup.close();
    expect(await market.status(a)).toMatchObject(BOUGHT);
  });

  test.each([
    ['is all garbage', damage],
    ['is damaged in its pages', damagePages],
  ])('replaces a record that %s, and keeps it', async (_what, harm) => {
    const { market, seller } = await opened(FREE_HAND);
    const a = await buy(market, seller, '/a');
    const file = await backedUp(market);
    await market.pass(15 * SECOND);
    market.store.close();
    await harm(market.home);
    const { kept } = await restoreNow(market, file);
    expect(existsSync(kept!)).toBe(true);
    const store = await storeAt(market.home, market.clock);
    await store.check();
    expect((await store.tasks.load(a.id))!.facts.at(-1)).toMatchObject({ kind: 'delivered' });
    store.close();
  });

  test('replaces a record of which a part is damaged for those who have it open, too', async () => {
    const { market, seller } = await opened(FREE_HAND);
    const a = await buy(market, seller, '/a');
    const file = await backedUp(market);
    const b = await buy(market, seller, '/b');
    await market.pass(15 * SECOND);
    await damageTable(market.home, 'unclaimed');
    await expect(market.store.check()).rejects.toMatchObject({ code: 'store_corrupt' });
    expect(await restoreNow(market, file)).toMatchObject({ damaged: false });
    await market.store.check();
    expect(await market.store.tasks.load(a.id)).toBeDefined();
    expect(await market.store.tasks.load(b.id)).toBeUndefined();
    await audited(market);
    expect((await booksOf(market, seller)).spend).toMatchObject({ day: sats(200) });
  });

  test('leaves spending paused if nobody can read whether it was', async () => {
    const { market } = await opened();
    const file = await backedUp(market);
    market.store.close();
    await damage(market.home);
    expect(await restoreNow(market, file)).toMatchObject({ damaged: true });
    const store = await storeAt(market.home, market.clock);
    expect(await store.killSwitch.read()).toMatchObject({ at: START });
    store.close();
  });

  test('puts the record where there is none, and takes nothing that a lost one left behind', async () => {
    const { market, seller } = await opened(FREE_HAND);
    const a = await buy(market, seller, '/a');
    const file = await backedUp(market);
    await buy(market, seller, '/b');
    await market.pass(15 * SECOND);
    // The file alone is gone; what was written last is in the log beside it.
    const record = join(market.home, 'tollkeeper.db');
    await copyFile(`${record}-wal`, `${record}-wal.copy`);
    market.store.close();
    await rm(record);
    await rename(`${record}-wal.copy`, `${record}-wal`);
    expect(await restoreNow(market, file)).toMatchObject({ kept: undefined, damaged: false });
    const store = await storeAt(market.home, market.clock);
    await store.check();
    expect(await store.tasks.list({ owner: 'local', limit: 9 })).toMatchObject([{ id: a.id }]);
    store.close();
  });

  test('waits for whoever pays, and gives up if they go on', async () => {
    const { market } = await opened();
    const file = await backedUp(market);
    const { lease } = market.store;
    const fence = await lease.take('a payer');
    const restoring = restoreNow(market, file).then(
      () => 'restored',
      ({ code }) => code,
    );
    for (let passed = 0; passed < 15; passed += 1) {
      await market.clock.asleep(SECOND / 4);
      await lease.beat(fence!);
      market.clock.move(SECOND);
    }
    await market.clock.asleep(SECOND / 4);
    market.clock.move(SECOND);
    expect(await restoring).toBe('store_unavailable');
    expect(await lease.beat(fence!)).toBe(true);
    expect(leftovers(market.home)).toEqual([]);
  });

  test('writes over nothing that another process paid meanwhile', async () => {
    const { market, seller } = await opened(FREE_HAND);
    const file = await backedUp(market);
    const a = await buy(market, seller, '/a');
    await market.pass(15 * SECOND);
    const { home } = market;
    let isStolen = false;
    // As if the restore had been stopped for a while, just after it had taken the lease.
    const now = () => {
      if (!isStolen && readdirSync(home).some(name => name.includes('.before-'))) {
        isStolen = true;
        alter(join(home, 'tollkeeper.db'), "UPDATE lease SET fence = fence + 1, holder = 'b'");
      }
      return market.clock.now();
    };
    const restoring = restoreNow({ home, clock: { ...market.clock, now } }, file);
    await expect(restoring).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(isStolen).toBe(true);
    expect(await market.status(a)).toMatchObject(BOUGHT);
  });

  test.each([
    ['an empty file', 'store_corrupt', (file: string) => writeFile(file, '')],
    [
      'no database',
      'store_corrupt',
      (file: string) => writeFile(file, 'not a database'.repeat(99)),
    ],
    [
      'a database of another kind',
      'store_corrupt',
      (file: string) => alter(file, 'PRAGMA application_id = 1'),
    ],
    ['a newer record', 'store_newer', (file: string) => alter(file, 'PRAGMA user_version = 1000')],
    [
      'half a record',
      'store_corrupt',
      async (file: string) => {
        const bytes = await readFile(file);
        await writeFile(file, bytes.subarray(0, bytes.length / 2));
      },
    ],
  ])('refuses %s, and changes nothing', async (_what, code, spoil) => {
    const { market, seller } = await opened(FREE_HAND);
    const a = await buy(market, seller, '/a');
    const file = await backedUp(market);
    await spoil(file);
    const before = await fenceIn(market);
    await market.pass(15 * SECOND);
    await expect(restoreNow(market, file)).rejects.toMatchObject({ code });
    expect(await market.status(a)).toMatchObject(BOUGHT);
    expect(await fenceIn(market)).toBe(before);
    expect(await market.store.audits.due()).toBeUndefined();
    expect(leftovers(market.home)).toEqual([]);
  });

  test('refuses a backup of other keys', async () => {
    const { market } = await opened();
    const file = await backedUp(market);
    await rm(join(market.home, 'keys'), { recursive: true });
    await expect(restoreNow(market, file)).rejects.toMatchObject({ code: 'key_unavailable' });
    expect(leftovers(market.home)).toEqual([]);
  });
});

/** When every market opens: the clock stands still until it is moved. */
const START = Date.UTC(2026, 0, 15, 12);

/** Makes the record a file that is no database at all. */
function damage(home: string): Promise<void> {
  return writeFile(join(home, 'tollkeeper.db'), Buffer.alloc(9000, 'x'));
}

/** Spoils every page of the record but the first, which tells what kind of file it is and where its tables begin. */
async function damagePages(home: string): Promise<void> {
  const path = join(home, 'tollkeeper.db');
  const bytes = await readFile(path);
  bytes.fill(0xff, 4096);
  await writeFile(path, bytes);
}

/** Spoils the first page of one table. */
async function damageTable(home: string, table: string): Promise<void> {
  const path = join(home, 'tollkeeper.db');
  const db = new DatabaseSync(path);
  const row = db.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(table);
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
  const file = await open(path, 'r+');
  await file.write(Buffer.alloc(4096, 0xff), 0, 4096, 4096 * (Number(row?.rootpage) - 1));
  await file.close();
}

function alter(file: string, statement: string): void {
  const db = new DatabaseSync(file);
  db.exec(statement);
  db.close();
}

/** What a restore works on, and has to clear away. */
function leftovers(home: string): readonly string[] {
  return readdirSync(home).filter(name => name.includes('.tmp'));
}

/** The lease's number in the file that is now in place. */
async function fenceIn({ home }: Market): Promise<number> {
  const db = new DatabaseSync(join(home, 'tollkeeper.db'), { readOnly: true });
  const row = db.prepare('SELECT fence FROM lease').get();
  db.close();
  return Number(row?.fence);
}

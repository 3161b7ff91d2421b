import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Clock, DAY, SECOND } from '../../src/base/index.ts';
import { openKeyring } from '../../src/secrets/index.ts';
import { backUp, openBackup, type Restored } from '../../src/store/index.ts';
import type { Means, Task } from '../../src/task/index.ts';
import { type Market, visitMarket, type Word } from '../task/market.ts';
import type { Seller } from '../task/seller.ts';

/** How a purchase ends that was paid and delivered. */
export const BOUGHT = { status: 'completed', money: 'moved' };

/** What a wallet does when it is asked what it paid, and how often it was. */
interface Asked {
  isDown: boolean;
  hangs: boolean;
  times: number;
}

/** A market with one seller, whose wallet can be cut off. */
export async function opened(settings = {}) {
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
export async function buy(
  market: Market,
  seller: Seller,
  path: string,
  word?: Word,
): Promise<Task> {
  const task = await market.buy(`${seller.origin}${path}`);
  if (word !== undefined) await market.say(task, word);
  expect(await market.ended(task)).toMatchObject(BOUGHT);
  return task;
}

/** Makes a backup beside the record; returns its file. */
export async function backedUp({ home }: Market, name = 'backup'): Promise<string> {
  const file = join(home, name);
  await backUp(home, file);
  return file;
}

/** Restores once the executor has nothing to do, and so has given the lease back. */
export async function restored(market: Market, file: string): Promise<Restored> {
  await market.pass(15 * SECOND);
  return restoreNow(market, file);
}

/** Restores at once. */
export async function restoreNow(
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
export async function audited({ executor, store }: Market): Promise<void> {
  const mark = store.news.mark();
  executor.wake();
  if ((await store.audits.due()) !== undefined) await store.news.after(mark, DAY);
  while ((await store.audits.due()) !== undefined) await store.news.after(store.news.mark(), DAY);
}

/** The books as a payment to the seller would be judged by. */
export const booksOf = (market: Market, seller: Seller, owner = 'local') =>
  market.store.ledger.books({ owner, host: seller.host, now: market.clock.now() });

/** Makes the record a file that is no database at all. */
export function damage(home: string): Promise<void> {
  return writeFile(join(home, 'tollkeeper.db'), Buffer.alloc(9000, 'x'));
}

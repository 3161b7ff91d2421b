import { existsSync, readdirSync } from 'node:fs';
import { copyFile, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { SECOND, sats } from '../../src/base/index.ts';
import { openKeyring } from '../../src/secrets/index.ts';
import { openBackup } from '../../src/store/index.ts';
import type { Market } from '../task/market.ts';
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

// Putting a backup in the place of a record: at once for everybody, whole, and only while nobody pays.

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

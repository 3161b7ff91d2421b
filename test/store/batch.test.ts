import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/sqlite/index.ts';
import { type Batch, openBatch } from '../../src/store/batch.ts';
import { newHome } from './place.ts';

let db: Database;
let remove: () => Promise<void>;
let batch: Batch;
let commits: number;
beforeEach(async () => {
  const place = await newHome();
  remove = place.remove;
  const migrations = ['CREATE TABLE row (number INTEGER PRIMARY KEY) STRICT'];
  db = await openDatabase({ path: join(place.home, 'a.db'), applicationId: 1, migrations });
  batch = openBatch(db);
  commits = 0;
  db.onCommit(() => {
    commits += 1;
  });
});
afterEach(async () => {
  db.close();
  await remove();
});

const insert = (number: number) =>
  batch(sql => {
    sql.run('INSERT INTO row VALUES (:number)', { number });
    return number;
  });
const rows = () =>
  db.read(sql =>
    sql.all<{ number: bigint }>('SELECT number FROM row').map(row => Number(row.number)),
  );
const upTo = (count: number) => Array.from({ length: count }, (_, at) => at);

test('work that comes up at once is committed together, and each hears its own result', async () => {
  expect(await Promise.all(upTo(100).map(insert))).toEqual(upTo(100));
  expect(commits).toBe(1);
  expect(await rows()).toEqual(upTo(100));
});

test('what one piece of work throws is heard by it alone, and nothing of it stays', async () => {
  const bug = new Error('a bug');
  const failing = batch(sql => {
    sql.run('INSERT INTO row VALUES (1000)');
    throw bug;
  });
  const all = await Promise.allSettled([insert(1), failing, insert(2)]);
  expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  await expect(failing).rejects.toBe(bug);
  expect(await rows()).toEqual([1, 2]);
  await insert(3);
  expect(await rows()).toEqual([1, 2, 3]);
});

test('very much work is committed in several goes', async () => {
  await Promise.all(upTo(1000).map(insert));
  expect(commits).toBe(4);
  expect(await rows()).toHaveLength(1000);
});

test('a record that is gone is an error for all, and for all that come after', async () => {
  db.close();
  const all = await Promise.allSettled([insert(1), insert(2)]);
  expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await expect(insert(3)).rejects.toThrow();
});

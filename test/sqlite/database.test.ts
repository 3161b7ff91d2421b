import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/index.ts';
import { type Database, type DatabaseOptions, openDatabase } from '../../src/sqlite/index.ts';

let parent: string;
let path: string;
let opened: Database[];
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'tollkeeper-'));
  path = join(parent, 'home', 'test.db');
  opened = [];
});
afterEach(async () => {
  for (const db of opened) db.close();
  await rm(parent, { recursive: true });
});

const TABLE = 'CREATE TABLE entry (value INTEGER NOT NULL) STRICT';
async function open(more: Partial<DatabaseOptions> = {}): Promise<Database> {
  const db = await openDatabase({ path, applicationId: 7, migrations: [TABLE], ...more });
  opened.push(db);
  return db;
}
const add = (db: Database, value: bigint) =>
  db.immediate(sql => sql.run('INSERT INTO entry VALUES (:value)', { value }));
const values = (db: Database) =>
  db.read(sql => sql.all<{ value: bigint }>('SELECT value FROM entry').map(row => row.value));
const pragma = (db: Database, name: string) =>
  db.read(sql => Object.values(sql.get<object>(`PRAGMA ${name}`) ?? {})[0]);
const modeOf = async (file: string) => (await stat(file)).mode & 0o777;

describe('opening a database', () => {
  test('makes it durable, checked, and its user’s alone', async () => {
    const db = await open();
    await add(db, 1n);
    expect(await pragma(db, 'journal_mode')).toBe('wal');
    expect(await pragma(db, 'synchronous')).toBe(2n);
    expect(await pragma(db, 'foreign_keys')).toBe(1n);
    expect(await pragma(db, 'trusted_schema')).toBe(0n);
    expect(await modeOf(join(parent, 'home'))).toBe(0o700);
    for (const file of [path, `${path}-wal`, `${path}-shm`]) {
      expect(await modeOf(file), file).toBe(0o600);
    }
  });

  test('takes away from others what they could read of it', async () => {
    (await open()).close();
    await chmod(path, 0o644);
    await open();
    expect(await modeOf(path)).toBe(0o600);
  });

  test('by many at once migrates it once', async () => {
    const all = await Promise.all(Array.from({ length: 12 }, () => open()));
    await Promise.all(all.map((db, position) => add(db, BigInt(position))));
    expect(await values(all[0]!)).toHaveLength(12);
  });

  test('runs only the migrations that the file has not had', async () => {
    await add(await open(), 1n);
    const second = 'ALTER TABLE entry ADD COLUMN note TEXT';
    const db = await open({ migrations: [TABLE, second] });
    expect(await values(db)).toEqual([1n]);
    expect(await pragma(db, 'user_version')).toBe(2n);
  });

  test('leaves a file as it was when a migration fails', async () => {
    const broken = open({ migrations: [TABLE, 'no SQL'] });
    await expect(broken).rejects.toThrow('syntax error');
    expect(await values(await open())).toEqual([]);
  });

  test('refuses a file of a newer version', async () => {
    (await open({ migrations: [TABLE, 'CREATE TABLE more (x) '] })).close();
    await expect(open()).rejects.toMatchObject({ code: 'store_newer' });
  });

  test.for([
    ['with a mark of its own', 'PRAGMA application_id = 8'],
    ['without a mark', 'CREATE TABLE theirs (x)'],
  ] as const)('refuses another program’s database %s, and does not touch it', async ([, make]) => {
    const theirs = join(parent, 'theirs.db');
    const other = new DatabaseSync(theirs);
    other.exec(make);
    await expect(open({ path: theirs })).rejects.toMatchObject({ code: 'store_corrupt' });
    expect(other.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'delete' });
    other.close();
  });

  test('refuses what is no database', async () => {
    const text = join(parent, 'text.db');
    await writeFile(text, 'not a database, but long enough to look like one to a hasty reader');
    await expect(open({ path: text })).rejects.toMatchObject({ code: 'store_corrupt' });
  });

  test('says that it is unavailable where no file can be made', async () => {
    await writeFile(join(parent, 'file'), '');
    for (const where of [join(parent, 'file', 'x.db'), '/dev/null/x.db']) {
      await expect(open({ path: where })).rejects.toMatchObject({ code: 'store_unavailable' });
    }
  });
});

describe('a database', () => {
  test('keeps integers of 64 bits exactly', async () => {
    const db = await open();
    await add(db, 9_007_199_254_740_993n);
    expect(await values(db)).toEqual([9_007_199_254_740_993n]);
  });

  test('keeps nothing of work that throws, and does not try it again', async () => {
    const db = await open();
    let runs = 0;
    const failing = db.immediate(sql => {
      runs += 1;
      sql.run('INSERT INTO entry VALUES (1)');
      throw new Error('a bug');
    });
    await expect(failing).rejects.toThrow('a bug');
    expect(runs).toBe(1);
    expect(await values(db)).toEqual([]);
  });

  test('that is full says so and keeps nothing of the work', async () => {
    const db = await open();
    const filling = db.immediate(sql => {
      sql.get('PRAGMA max_page_count = 4');
      for (let value = 0; value < 10_000; value += 1) sql.run('INSERT INTO entry VALUES (1)');
    });
    await expect(filling).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(await values(db)).toEqual([]);
  });

  test('waits for another writer without stopping the process', async () => {
    const db = await open();
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE; INSERT INTO entry VALUES (1)');
    const writing = add(db, 2n);
    let ticks = 0;
    const timer = setInterval(() => {
      ticks += 1;
    }, 1);
    await systemClock.after(200);
    other.exec('COMMIT');
    await writing;
    clearInterval(timer);
    other.close();
    expect(await values(db)).toEqual([1n, 2n]);
    expect(ticks).toBeGreaterThanOrEqual(4);
  });

  test('lets everything else of the process have a turn after each of many writes in a row', async () => {
    const db = await open();
    let turns = 0;
    let next: NodeJS.Immediate;
    const count = (): void => {
      turns += 1;
      next = setImmediate(count);
    };
    next = setImmediate(count);
    for (let value = 0n; value < 20n; value += 1n) await add(db, value);
    clearImmediate(next);
    expect(turns).toBeGreaterThanOrEqual(19);
  });

  test('is the only writer from the beginning of the work on', async () => {
    const db = await open();
    const other = new DatabaseSync(path);
    await db.immediate(() => {
      expect(() => other.exec('BEGIN IMMEDIATE')).toThrow('locked');
    });
    other.close();
  });

  test('tells of its own commits, and only of those that changed something', async () => {
    const db = await open();
    let told = 0;
    db.onCommit(() => {
      told += 1;
    });
    await db.immediate(() => undefined);
    await values(db);
    expect(told).toBe(0);
    await add(db, 1n);
    expect(told).toBe(1);
  });

  test('shows by its version that another connection has written', async () => {
    const [db, other] = [await open(), await open()];
    const before = db.dataVersion();
    await add(db, 1n);
    expect(db.dataVersion()).toBe(before);
    await other.immediate(() => undefined);
    expect(db.dataVersion()).toBe(before);
    await add(other, 2n);
    const after = db.dataVersion();
    expect(after).not.toBe(before);
    db.close();
    expect(db.dataVersion()).toBe(after);
  });

  test('reads one unchanging snapshot', async () => {
    const db = await open();
    const other = new DatabaseSync(path);
    const counts = await db.read(sql => {
      const count = () => sql.get<{ n: bigint }>('SELECT count(*) AS n FROM entry')?.n;
      const before = count();
      other.exec('INSERT INTO entry VALUES (1)');
      return [before, count()];
    });
    other.close();
    expect(counts).toEqual([0n, 0n]);
    expect(await values(db)).toEqual([1n]);
  });
});

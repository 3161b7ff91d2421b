import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/sqlite/index.ts';

const OURS = 'CREATE TABLE entry (value INTEGER NOT NULL) STRICT; INSERT INTO entry VALUES (1)';
const RENAMED = 'ALTER TABLE entry RENAME COLUMN value TO worth';

let directory: string;
let opened: Database[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tollkeeper-'));
  opened = [];
});
afterEach(async () => {
  for (const db of opened) db.close();
  await rm(directory, { recursive: true });
});

/** Opens the database as the version that made it, or as one that knows more migrations. */
async function open(...newer: readonly string[]): Promise<Database> {
  const path = join(directory, 'test.db');
  const migrations = [OURS, ...newer];
  const db = await openDatabase({ path, applicationId: 7, migrations, newer: 'read_only' });
  opened.push(db);
  return db;
}
const values = (db: Database) => db.read(sql => sql.all('SELECT value FROM entry'));
const add = (db: Database) => db.immediate(sql => sql.run('INSERT INTO entry VALUES (2)'));

describe('a database that a newer version has migrated', () => {
  test('is read, and never written to', async () => {
    (await open('CREATE TABLE more (x)')).close();
    const db = await open();
    expect(db.access()).toBe('read_only');
    await expect(add(db)).rejects.toMatchObject({ code: 'store_newer' });
    const trick = db.read(sql => sql.run('INSERT INTO entry VALUES (2)'));
    await expect(trick).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(await values(db)).toEqual([{ value: 1n }]);
    const version = await db.read(sql => sql.get('PRAGMA user_version'));
    expect(version).toEqual({ user_version: 2n });
  });

  test('keeps nobody from writing to it who may', async () => {
    const newer = await open('CREATE TABLE more (x)');
    const db = await open();
    await expect(add(db)).rejects.toMatchObject({ code: 'store_newer' });
    await add(newer);
    expect(await values(db)).toHaveLength(2);
  });

  test('says so where it lacks what we look for', async () => {
    (await open(RENAMED)).close();
    await expect(values(await open())).rejects.toMatchObject({ code: 'store_newer' });
  });

  test('says so where it holds something else than we look for', async () => {
    (await open('UPDATE entry SET value = 2')).close();
    const db = await open();
    const reading = db.read(sql => {
      if (sql.get<{ value: bigint }>('SELECT value FROM entry')?.value !== 1n)
        throw new TypeError();
    });
    await expect(reading).rejects.toMatchObject({ code: 'store_newer' });
  });

  test('is written to no more from the moment of its migration, by whoever has it open', async () => {
    const db = await open();
    await add(db);
    expect(db.access()).toBe('read_write');
    await open(RENAMED);
    expect(db.access()).toBe('read_only');
    await expect(add(db)).rejects.toMatchObject({ code: 'store_newer' });
    await expect(values(db)).rejects.toMatchObject({ code: 'store_newer' });
  });
});

test('a write that waited for the migration is refused after it', async () => {
  const db = await open();
  const newer = new DatabaseSync(join(directory, 'test.db'));
  newer.exec('BEGIN IMMEDIATE; PRAGMA user_version = 2');
  const writing = add(db);
  newer.exec('COMMIT');
  newer.close();
  await expect(writing).rejects.toMatchObject({ code: 'store_newer' });
  expect(await values(db)).toHaveLength(1);
});

test('a database is written to again once it is of our version again', async () => {
  (await open('CREATE TABLE more (x)')).close();
  const db = await open();
  await expect(add(db)).rejects.toMatchObject({ code: 'store_newer' });
  const restored = new DatabaseSync(join(directory, 'test.db'));
  restored.exec('PRAGMA user_version = 1');
  restored.close();
  await add(db);
  expect(await values(db)).toHaveLength(2);
});

test('what a read of our own version does wrong stays a bug', async () => {
  const db = await open();
  await expect(db.read(sql => sql.get('SELECT missing FROM entry'))).rejects.toThrow(
    'no such column',
  );
});

import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newId, systemClock, type TaskId } from '../../src/base/index.ts';
import { openKeyring } from '../../src/secrets/index.ts';
import { openStore, type Store } from '../../src/store/index.ts';
import {
  appending,
  OWNER,
  reads,
  requested,
  reserved,
  settled,
} from '../contract/task-store/fixture.ts';
import { newHome, storeAt } from './place.ts';

let home: string;
let remove: () => Promise<void>;
let store: Store;
beforeEach(async () => {
  ({ home, remove } = await newHome());
  store = await storeAt(home);
});
afterEach(async () => {
  store.close();
  await remove();
});

const key = (named: string) => ({ owner: OWNER, key: named });

/** A bought task whose secrets can be recognised. */
async function buy(preimage: string): Promise<TaskId> {
  const id = newId('task');
  await store.tasks.open(key(id), id, requested({ body: `body of ${preimage}` }));
  await store.tasks.append(id, reads(), appending(reserved(1), settled(1, { preimage })));
  return id;
}

/** The database as somebody with the file in hand sees it. */
function raw<T>(look: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(join(home, 'tollkeeper.db'));
  try {
    return look(db);
  } finally {
    db.close();
  }
}

async function everyFile(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter(one => one.isFile()).map(one => join(one.parentPath, one.name));
}

describe('the record on the disk', () => {
  test('is readable by its user alone, bodies and keys included', async () => {
    await store.bodies.put(await buy('p'), Buffer.from('body'));
    const modes = new Map<string, number>();
    for (const path of [home, join(home, 'keys'), join(home, 'bodies')]) {
      modes.set(path, (await stat(path)).mode & 0o777);
    }
    expect(new Set(modes.values())).toEqual(new Set([0o700]));
    const files = await everyFile(home);
    expect(
      files.map(path => path.slice(home.length + 1).replace(/task_.*/, 'a body')).sort(),
    ).toEqual([
      'bodies/a body',
      'keys/data.key',
      'keys/master.key',
      'tollkeeper.db',
      'tollkeeper.db-shm',
      'tollkeeper.db-wal',
    ]);
    for (const path of files) expect((await stat(path)).mode & 0o777, path).toBe(0o600);
  });

  test('holds no secret in the clear', async () => {
    const canary = 'canary-5f0e7a';
    const id = await buy(canary);
    expect(await store.tasks.reveal(id, 'settled')).toEqual({ preimage: canary });
    const files = await everyFile(home);
    for (const path of files) expect((await readFile(path)).includes(canary), path).toBe(false);
    const texts = await Promise.all(files.map(path => readFile(path)));
    expect(texts.some(text => text.includes(id))).toBe(true);
  });

  test('refuses to change or remove a fact, whoever asks', async () => {
    await buy('p');
    for (const statement of ['UPDATE fact SET body = body', 'DELETE FROM fact']) {
      expect(() => raw(db => db.exec(statement))).toThrow('facts are only ever appended');
    }
  });

  test('opens no sealed part in a place that it was not sealed for', async () => {
    const [mine, other] = [await buy('mine'), await buy('other')];
    await store.tasks.append(mine, reads(), appending(reserved(1), settled(1)));
    const move = (from: string, to: string) => {
      raw(db => {
        db.exec('DROP TRIGGER IF EXISTS fact_stays');
        db.exec(`UPDATE fact SET secret = (SELECT secret FROM fact WHERE ${from}) WHERE ${to}`);
      });
      return expect(store.tasks.reveal(mine, 'settled')).rejects;
    };
    const newest = `task_id = '${mine}' AND seq = 4`;
    const unavailable = { code: 'key_unavailable' };
    await move(`task_id = '${mine}' AND seq = 2`, newest).toMatchObject(unavailable);
    await move(`task_id = '${other}' AND seq = 2`, newest).toMatchObject(unavailable);
    expect(await store.tasks.reveal(other, 'settled')).toEqual({ preimage: 'other' });
  });

  test('is not opened with other keys than it was begun with', async () => {
    store.close();
    await rm(join(home, 'keys'), { recursive: true });
    await expect(storeAt(home)).rejects.toMatchObject({ code: 'key_unavailable' });
  });
});

describe('a record that cannot be used', () => {
  beforeEach(async () => {
    await buy('p');
    store.close();
  });
  test('of a newer version is left as it is', async () => {
    raw(db => db.exec('PRAGMA user_version = 1000'));
    store = await storeAt(home);
    await expect(buy('p')).rejects.toMatchObject({ code: 'store_newer' });
    store.close();
    expect(raw(db => db.prepare('SELECT count(*) AS n FROM fact').get())).toEqual({ n: 3 });
  });

  test('that is no database is refused and left as it is', async () => {
    const path = join(home, 'tollkeeper.db');
    const garbage = Buffer.alloc(8192, 'garbage');
    await writeFile(path, garbage);
    await expect(storeAt(home)).rejects.toMatchObject({ code: 'store_corrupt' });
    expect((await readFile(path)).equals(garbage)).toBe(true);
  });

  test('whose pages are damaged is refused as soon as they are read', async () => {
    const path = join(home, 'tollkeeper.db');
    const bytes = await readFile(path);
    // The first page holds the schema; all others get what no page may hold.
    bytes.fill(0xff, 4096);
    await writeFile(path, bytes);
    const opening = storeAt(home).then(async damaged => {
      try {
        await damaged.tasks.list({ owner: OWNER, limit: 10 });
      } finally {
        damaged.close();
      }
    });
    await expect(opening).rejects.toMatchObject({ code: 'store_corrupt' });
  });

  test('with a fact that cannot be read is refused', async () => {
    raw(db => db.exec("DROP TRIGGER fact_stays; UPDATE fact SET body = 'msat:' WHERE seq = 1"));
    store = await storeAt(home);
    const listing = store.tasks.list({ owner: OWNER, limit: 10 });
    await expect(listing).rejects.toMatchObject({ code: 'store_corrupt' });
  });

  test('is unavailable where a file is in the way of its directory', async () => {
    const sealer = await openKeyring(join(home, 'keys'));
    const bodies = { maxCount: 1, maxTotalBytes: 1, maxEach: 1 };
    const inside = join(home, 'tollkeeper.db', 'deeper');
    const opening = openStore({ home: inside, sealer, clock: systemClock, bodies });
    await expect(opening).rejects.toMatchObject({ code: 'store_unavailable' });
  });
});

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newId, type TaskId } from '../../src/base/index.ts';
import type { Store } from '../../src/store/index.ts';
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
const id: TaskId = newId('task');
beforeEach(async () => {
  ({ home, remove } = await newHome());
  store = await storeAt(home);
  await store.tasks.open({ owner: OWNER, key: 'k' }, id, requested());
  await store.tasks.append(id, reads(), appending(reserved(1), settled(1, { preimage: 'p' })));
});
afterEach(async () => {
  store.close();
  await remove();
});

/** Migrates the record as a version would that is newer than ours. */
function migrate(script = ''): void {
  const db = new DatabaseSync(join(home, 'tollkeeper.db'));
  db.exec(`${script}; PRAGMA user_version = 1000`);
  db.close();
}

async function reopen(): Promise<void> {
  store.close();
  store = await storeAt(home);
}

const NEWER = { code: 'store_newer' };

describe('a record of a newer version', () => {
  test('is read by every port that reads', async () => {
    const before = await store.ledger.books(reads());
    migrate();
    await reopen();
    expect(store.access()).toBe('read_only');
    expect((await store.tasks.load(id))?.facts).toHaveLength(3);
    expect(await store.tasks.list({ owner: OWNER, limit: 5 })).toHaveLength(1);
    expect(await store.tasks.unfinished()).toEqual([{ id, length: 3 }]);
    expect(await store.tasks.reveal(id, 'settled')).toEqual({ preimage: 'p' });
    expect(await store.ledger.books(reads())).toEqual(before);
    expect(await store.lease.holder()).toBeUndefined();
    await store.check();
  });

  test.for([
    [
      'opens no task',
      () => store.tasks.open({ owner: OWNER, key: 'l' }, newId('task'), requested()),
    ],
    ['appends nothing', () => store.tasks.append(id, reads(), appending(reserved(1)))],
    ['gives no lease', () => store.lease.take('a')],
    ['keeps no lease fresh', () => store.lease.beat(0)],
    ['drops no credential', () => store.credentials.drop(id)],
    ['revokes no allowance', () => store.allowances.revoke(OWNER, newId('allow'))],
    ['rebuilds no index', () => store.rebuild()],
  ] as const)('%s', async ([, write]) => {
    migrate();
    await expect(write()).rejects.toMatchObject(NEWER);
    await reopen();
    await expect(write()).rejects.toMatchObject(NEWER);
    expect((await store.tasks.load(id))?.facts).toHaveLength(3);
  });

  test('opens only with the keys that it was begun with', async () => {
    migrate();
    store.close();
    await rm(join(home, 'keys'), { recursive: true });
    await expect(storeAt(home)).rejects.toMatchObject({ code: 'key_unavailable' });
  });

  test('without what the keys are proven by is not opened, and not given it', async () => {
    migrate('DELETE FROM key_check');
    store.close();
    await expect(storeAt(home)).rejects.toMatchObject(NEWER);
    const db = new DatabaseSync(join(home, 'tollkeeper.db'));
    expect(db.prepare('SELECT count(*) AS n FROM key_check').get()).toEqual({ n: 0 });
    db.close();
  });

  test('that lacks what we read says why', async () => {
    migrate('DROP TABLE ask');
    await reopen();
    await expect(store.ledger.books(reads())).rejects.toMatchObject(NEWER);
    expect((await store.tasks.load(id))?.facts).toHaveLength(3);
  });
});

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newId, type TaskId } from '../../src/base/index.ts';
import type { Store } from '../../src/store/index.ts';
import { newHome, storeAt } from './place.ts';

// The limits of `storeAt`: three bodies, 100 bytes in all, 60 each.
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

const put = async (bytes: number): Promise<TaskId> => {
  const id = newId('task');
  expect(await store.bodies.put(id, new Uint8Array(bytes))).toBe(true);
  return id;
};
const kept = async (ids: readonly TaskId[]) => {
  const slices = await Promise.all(ids.map(id => store.bodies.read(id, 0, 1)));
  return slices.map(slice => slice !== undefined);
};

test('a body is read in slices', async () => {
  const id = newId('task');
  await store.bodies.put(id, Buffer.from('a bought body'));
  const read = async (offset: number, length: number) => {
    const slice = await store.bodies.read(id, offset, length);
    return { text: Buffer.from(slice!.bytes).toString(), total: slice!.total };
  };
  expect(await read(2, 6)).toEqual({ text: 'bought', total: 13 });
  expect(await read(9, 100)).toEqual({ text: 'body', total: 13 });
  expect(await read(50, 1)).toEqual({ text: '', total: 13 });
  expect(await store.bodies.read(newId('task'), 0, 1)).toBeUndefined();
});

test('a new body of the same task takes the place of the old', async () => {
  const id = newId('task');
  await store.bodies.put(id, Buffer.from('old'));
  await store.bodies.put(id, Buffer.from('new one'));
  expect(await store.bodies.read(id, 0, 9)).toMatchObject({ total: 7 });
  expect(await readdir(join(home, 'bodies'))).toEqual([id]);
});

test('one that is too large is not kept', async () => {
  expect(await store.bodies.put(newId('task'), new Uint8Array(61))).toBe(false);
});

test('the oldest go when there are too many', async () => {
  const ids = [await put(1), await put(1), await put(1), await put(1)];
  expect(await kept(ids)).toEqual([false, true, true, true]);
});

test('the oldest go when there are too many bytes', async () => {
  const ids = [await put(45), await put(45), await put(45)];
  expect(await kept(ids)).toEqual([false, true, true]);
});

test('nothing but a task’s id becomes part of a path', async () => {
  const path = '../keys/master.key' as TaskId;
  await expect(store.bodies.read(path, 0, 32)).rejects.toMatchObject({ code: 'task_not_found' });
  const forged = 'task_/../../keys/master.key' as TaskId;
  await expect(store.bodies.put(forged, new Uint8Array(1))).rejects.toMatchObject({
    code: 'task_not_found',
  });
});

import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SECOND, systemClock } from '../../src/base/index.ts';
import { openKeyring } from '../../src/secrets/index.ts';
import { openStore, type Store } from '../../src/store/index.ts';
import { newHome, storeAt } from './place.ts';

let home: string;
let remove: () => Promise<void>;
let now: number;
let opened: Store[];
beforeEach(async () => {
  ({ home, remove } = await newHome());
  now = 1_000_000_000_000;
  opened = [];
});
afterEach(async () => {
  for (const store of opened) store.close();
  await remove();
});

const clock = { now: () => now, after: systemClock.after };
const bodies = { maxCount: 1, maxTotalBytes: 1, maxEach: 1 };
const REFUSED = {
  code: 'store_unavailable',
  detail: expect.stringContaining('Another machine is using this data directory.'),
};

/** Opens the record as a process of a machine does. */
async function on(machine: string): Promise<Store> {
  const sealer = await openKeyring(join(home, 'keys'));
  const store = await openStore({ home, sealer, clock, bodies, machine });
  opened.push(store);
  return store;
}

describe('a record on a folder of two machines', () => {
  test('is not opened by one while the other pays from it', async () => {
    const first = await on('first');
    expect(await first.lease.take('a')).toBe(1);
    now += 10 * SECOND;
    await expect(on('second')).rejects.toMatchObject(REFUSED);
    expect(await first.lease.beat(1)).toBe(true);
    await expect(on('second')).rejects.toMatchObject(REFUSED);
  });

  test('is not paid from by one that had it open before the other paid', async () => {
    const second = await on('second');
    const first = await on('first');
    await first.lease.take('a');
    await expect(second.lease.take('b')).rejects.toMatchObject(REFUSED);
    expect(await first.lease.holder()).toEqual({ holder: 'a', fence: 1 });
  });

  test('goes over to the other when the lease was given back, or its holder died', async () => {
    const first = await on('first');
    await first.lease.take('a');
    await first.lease.release(1);
    const second = await on('second');
    expect(await second.lease.take('b')).toBe(2);
    now += 10 * SECOND + 1;
    expect(await (await on('first')).lease.take('c')).toBe(3);
    await expect(second.lease.take('b')).rejects.toMatchObject(REFUSED);
  });

  test('is shared by the processes of one machine, its holder among them', async () => {
    await (await on('first')).lease.take('a');
    expect(await (await on('first')).lease.take('b')).toBeUndefined();
  });
});

test('this machine has one name in all its processes, and is another than a made-up one', async () => {
  const here = await storeAt(home, clock);
  const again = await storeAt(home, clock);
  opened.push(here, again);
  await here.lease.take('a');
  expect(await again.lease.take('b')).toBeUndefined();
  await expect(on('made up')).rejects.toMatchObject(REFUSED);
});

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/base/index.ts';
import { OWNER } from '../contract/task-store/fixture.ts';
import { newHome, storeAt } from './place.ts';

/** How large a file may grow in the child, in blocks of 1,024 bytes: the disk ends here for it. */
const ROOM = 400;

test('on a full disk nothing is half written, and all that was answered is there', async () => {
  const { home, remove } = await newHome();
  const writer = join(import.meta.dirname, 'fill.ts');
  const limited = `ulimit -f ${ROOM}; exec "$0" "$@"`;
  const { stdout } = await promisify(execFile)('bash', [
    '-c',
    limited,
    process.execPath,
    writer,
    home,
  ]);
  const { answered, code } = JSON.parse(stdout);
  expect(code).toBe('store_unavailable');

  const store = await storeAt(home, systemClock);
  const tasks = await store.tasks.list({ owner: OWNER, limit: 200 });
  const bought = tasks.filter(({ facts }) => facts.length === 3).map(({ id }) => id);
  expect(answered.length).toBeGreaterThan(0);
  expect(bought).toEqual(expect.arrayContaining(answered));
  expect(tasks.filter(({ facts }) => facts.length !== 1 && facts.length !== 3)).toEqual([]);
  store.close();
  await remove();
});

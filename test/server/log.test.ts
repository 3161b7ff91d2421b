import { mkdtemp, readdir, readFile, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Clock, MINUTE, TollkeeperError } from '../../src/base/index.ts';
import { openLog } from '../../src/server/log.ts';

const MEGABYTE = 1024 * 1024;
let home: string;
let now: number;
const clock: Clock = { now: () => now, after: async () => undefined };

beforeEach(async () => {
  now = 1_000_000;
  home = await mkdtemp(join(tmpdir(), 'tollkeeper-log-'));
});
afterEach(() => rm(home, { recursive: true }));

const open = () => openLog(home, 'info', clock);
const file = (name = 'tollkeeper.log') => join(home, 'logs', name);

async function events(name?: string): Promise<readonly Record<string, unknown>[]> {
  const text = await readFile(file(name), 'utf8');
  const lines = text.split('\n').filter(line => line.startsWith('{'));
  return lines.map(line => JSON.parse(line));
}

describe('the log file', () => {
  test('past 10 MB gives way to a new one, for every process that writes it, and one old one is kept', async () => {
    const [one, other] = [await open(), await open()];
    one.info({}, 'first');
    for (const round of ['a', 'b']) {
      await truncate(file(), 10 * MEGABYTE + 1);
      one.info({}, `one ${round}`);
      other.info({}, `other ${round}`);
      expect((await events()).map(({ msg }) => msg)).toEqual([`one ${round}`, `other ${round}`]);
      expect((await stat(file('tollkeeper.log.1'))).size).toBe(10 * MEGABYTE + 1);
    }
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    expect((await readdir(join(home, 'logs'))).sort()).toEqual([
      'tollkeeper.log',
      'tollkeeper.log.1',
    ]);
  });

  test('up to 10 MB stays as it is', async () => {
    const log = await open();
    await truncate(file(), 10 * MEGABYTE);
    log.info({}, 'more');
    expect(await readdir(join(home, 'logs'))).toEqual(['tollkeeper.log']);
  });
});

describe('an error that comes again and again', () => {
  test('is written once a minute, and then says how many were left out', async () => {
    const log = await open();
    const fail = () => log.error({ error: new TollkeeperError('store_unavailable') }, 'it failed');
    for (let times = 0; times < 5; times += 1) fail();
    expect(await events()).toHaveLength(1);
    now += MINUTE;
    fail();
    now += MINUTE;
    fail();
    expect((await events()).map(({ leftOut }) => leftOut)).toEqual([undefined, 4, undefined]);
  });

  test('hides no error of another message or code', async () => {
    const log = await open();
    log.error({ code: 'store_unavailable' }, 'it failed');
    log.error({ code: 'store_corrupt' }, 'it failed');
    log.error({ code: 'store_corrupt' }, 'a tool failed');
    log.error({ error: new TollkeeperError('key_unavailable') }, 'a tool failed');
    expect(await events()).toHaveLength(4);
  });
});

import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { silent } from '../../src/base/index.ts';
import { openChannelBackup } from '../../src/node/channel-backup.ts';
import { checkChannelBackup } from '../../src/node/index.ts';
import { openNodeRig, writeUnder } from './node-rig.ts';

const NAME = 'tollkeeper-regtest-channel.backup';

async function openBackup({ isThere = true } = {}) {
  const { place, home } = await openNodeRig({ hasWallet: false });
  const directory = join(home, 'other-disk');
  if (isThere) mkdirSync(directory);
  const errors: object[] = [];
  const log = { ...silent, error: (data: object) => void errors.push(data) };
  const open = () => openChannelBackup(place, () => directory, log);
  const backup = open();
  return {
    place,
    directory,
    backup,
    errors,
    open,
    copy: join(directory, NAME),
    check: () => checkChannelBackup(place, directory),
    async copied(keeping = backup) {
      await vi.waitUntil(async () => {
        keeping.look();
        return (await checkChannelBackup(place, directory)) === 'current';
      });
    },
  };
}

test('the backup is copied when it changes, and where its copy is gone', async () => {
  const { place, backup, copy, check, copied } = await openBackup();
  backup.look();
  expect(await check()).toBe('none');
  writeUnder(place.channelBackup, 'one');
  expect(await check()).toBe('missing');
  await copied();
  expect(readFileSync(copy, 'utf8')).toBe('one');
  expect(statSync(copy).mode & 0o777).toBe(0o600);
  writeUnder(place.channelBackup, 'two');
  expect(await check()).toBe('stale');
  await copied();
  rmSync(copy);
  await copied();
  expect(readFileSync(copy, 'utf8')).toBe('two');
  expect(backup.code()).toBeUndefined();
});

test('a directory that is not there is told once, tried again, and never made', async () => {
  const { place, directory, backup, errors, copied } = await openBackup({ isThere: false });
  writeUnder(place.channelBackup, 'one');
  await vi.waitUntil(() => {
    backup.look();
    return backup.code() !== undefined;
  });
  expect(backup.code()).toBe('channel_backup_failed');
  for (let looks = 0; looks < 5; looks += 1) {
    backup.look();
    await vi.waitFor(() => expect(errors).toHaveLength(1));
  }
  expect(() => statSync(directory)).toThrow('ENOENT');
  mkdirSync(directory);
  await copied();
  await vi.waitUntil(() => backup.code() === undefined);
});

test('a copy that another node left is kept beside the new one; its own is replaced', async () => {
  const { place, directory, copy, copied, open } = await openBackup();
  writeUnder(copy, 'all that is left of another wallet');
  writeUnder(place.channelBackup, 'one');
  await copied();
  const others = readdirSync(directory).filter(name => name !== NAME);
  expect(others).toHaveLength(1);
  expect(readFileSync(join(directory, others[0]!), 'utf8')).toContain('another wallet');
  writeUnder(place.channelBackup, 'two');
  await copied(open());
  expect(readdirSync(directory)).toHaveLength(2);
});

test('without a directory nothing is copied, and nothing is wrong', async () => {
  const { place } = await openBackup();
  writeUnder(place.channelBackup, 'one');
  const backup = openChannelBackup(place, () => '', silent);
  backup.look();
  expect(backup.code()).toBeUndefined();
});

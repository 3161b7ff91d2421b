import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { MINUTE, silent } from '../../src/base/index.ts';
import { openChannelBackup } from '../../src/node/channel-backup.ts';
import { checkChannelBackup, snapshotOf } from '../../src/node/index.ts';
import { defaultSettings, policyOf } from '../../src/policy/index.ts';
import { openKeyring } from '../../src/secrets/index.ts';
import { nodeViewOf } from '../../src/server/node.ts';
import { openNodeRig, writeUnder } from './node-rig.ts';

const NAME = 'tollkeeper-regtest-channel.backup';

async function openBackup({ isThere = true } = {}) {
  const { place, home, vault, clock } = await openNodeRig({ hasWallet: false });
  const directory = join(home, 'other-disk');
  if (isThere) mkdirSync(directory);
  const errors: object[] = [];
  const log = { ...silent, error: (data: object) => void errors.push(data) };
  const open = () => openChannelBackup(place, () => directory, clock, log);
  const backup = open();
  return {
    place,
    vault,
    clock,
    directory,
    backup,
    errors,
    open,
    copy: join(directory, NAME),
    check: () => checkChannelBackup(place, directory),
    async copied(keeping = backup) {
      await keeping.look();
      expect(await checkChannelBackup(place, directory)).toBe('current');
    },
  };
}

test('the backup is copied when it changes, and where its copy is gone', async () => {
  const { place, backup, copy, check, copied } = await openBackup();
  await backup.look();
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
  await backup.look();
  expect(backup.code()).toBe('channel_backup_failed');
  for (let looks = 0; looks < 5; looks += 1) {
    await backup.look();
  }
  expect(errors).toHaveLength(1);
  expect(() => statSync(directory)).toThrow('ENOENT');
  mkdirSync(directory);
  await copied();
  expect(backup.code()).toBeUndefined();
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
  const { place, clock } = await openBackup();
  writeUnder(place.channelBackup, 'one');
  const backup = openChannelBackup(place, () => undefined, clock, silent);
  await backup.look();
  expect(backup.code()).toBeUndefined();
});

test('without a directory none is looked for where this process happens to have been started', async () => {
  const { home, place, clock } = await openNodeRig();
  const [here, there] = [process.cwd(), join(home, 'a repository')];
  onTestFinished(() => process.chdir(here));
  for (const path of [place.channelBackup, join(there, NAME)]) writeUnder(path, 'one');
  process.chdir(there);
  const house = { home: { path: home }, sealer: await openKeyring(join(home, 'keys')), clock };
  const policy = policyOf({ ...defaultSettings(), network: 'regtest', wallet: { kind: 'lnd' } });
  const seen = await nodeViewOf({ ...house, log: silent }, policy);
  expect(seen).toMatchObject({ lifecycle: 'stopped', channelBackup: 'missing' });
});

test.each<[string, (path: string) => void]>([
  ['a device that never ends', path => symlinkSync('/dev/zero', path)],
  ['a pipe that nobody writes into', path => void execFileSync('mkfifo', [path])],
  ['what is too long', path => writeUnder(path, Buffer.alloc((1 << 20) + 1))],
])('in the place of the copy, %s is a failure, and is not waited for', async (_what, put) => {
  const { place, vault, clock, directory, copy, backup } = await openBackup();
  writeUnder(place.channelBackup, 'one');
  put(copy);
  await backup.look();
  expect(backup.code()).toBe('channel_backup_failed');
  const view = { place, vault, clock, log: silent, backupDirectory: directory };
  expect(await snapshotOf(view)).toMatchObject({ channelBackup: undefined });
});

test('a disk that does not answer is told as a failure, until it does', async () => {
  const { place, clock, backup, errors } = await openBackup();
  writeUnder(place.channelBackup, 'one');
  const copied = backup.look();
  clock.move(2 * MINUTE);
  for (const _ of 'some looks') void backup.look();
  expect(backup.code()).toBe('channel_backup_failed');
  expect(errors).toHaveLength(1);
  await copied;
  expect(backup.code()).toBeUndefined();
});

test('a disk that does not answer is not waited for by whoever asks how the node is, nor asked twice', async () => {
  const { place, vault, clock, directory } = await openBackup();
  writeUnder(place.channelBackup, 'one');
  const view = { place, vault, log: silent, backupDirectory: directory };
  const impatient = { now: clock.now, after: () => Promise.resolve() };
  const seen = await snapshotOf({ ...view, clock: impatient });
  expect(seen).toMatchObject({ lifecycle: 'stopped', channelBackup: undefined });
  const look = checkChannelBackup(place, directory);
  expect(checkChannelBackup(place, directory)).toBe(look);
  expect(await look).toBe('missing');
});

test('what changes while a copy is made is copied after it', async () => {
  const { place, backup, copy } = await openBackup();
  writeUnder(place.channelBackup, 'one');
  const copied = backup.look();
  await vi.waitUntil(() => existsSync(copy));
  writeUnder(place.channelBackup, 'another');
  await Promise.all([copied, backup.look()]);
  expect(readFileSync(copy, 'utf8')).toBe('another');
});

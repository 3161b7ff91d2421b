import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fileSystemOf } from '../../src/sqlite/file-system.ts';
import { type FileSystemOf, openDatabase } from '../../src/sqlite/index.ts';

const FUSE = 0x65735546;
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tollkeeper-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function open(systemOf?: FileSystemOf): Promise<void> {
  const db = await openDatabase({
    path: join(directory, 'test.db'),
    applicationId: 7,
    migrations: ['CREATE TABLE entry (value INTEGER)'],
    ...(systemOf && { fileSystemOf: systemOf }),
  });
  db.close();
}

describe('a database in a directory that other machines may share', () => {
  test.for([
    ['NFS', 0x6969, 'nfs4'],
    ['SMB', 0x517b, 'smbfs'],
    ['CIFS', 0xff534d42, 'cifs'],
    ['SMB2', 0xfe534d42, 'cifs'],
    ['AFS', 0x5346414f, 'afs'],
    ['Ceph', 0x00c36400, 'ceph'],
    ['fuse.sshfs', FUSE, 'fuse.sshfs'],
    ['fuse.glusterfs', FUSE, 'fuse.glusterfs'],
    ['fuse.rclone', FUSE, 'fuse.rclone'],
  ] as const)(
    'is refused on %s, with what to do, and nothing is made',
    async ([says, magic, name]) => {
      const refused = open(async () => ({ magic, name }));
      await expect(refused).rejects.toMatchObject({
        code: 'store_unavailable',
        detail: expect.stringContaining(`on ${says},`),
      });
      await expect(refused).rejects.toThrow(
        'Choose a local directory with --home or TOLLKEEPER_HOME.',
      );
      expect(await readdir(directory)).toEqual([]);
    },
  );

  test('is refused where a link of its name leads there', async () => {
    await mkdir(join(directory, 'remote'));
    await symlink(join(directory, 'remote'), join(directory, 'test.db'));
    const refused = open(async path =>
      path.endsWith('test.db') ? { magic: 0x6969, name: 'nfs' } : { magic: 0xef53, name: 'ext4' },
    );
    await expect(refused).rejects.toThrow('NFS');
  });
});

describe('a database in a local directory', () => {
  test.for([
    ['ext4', 0xef53, 'ext4'],
    ['btrfs', 0x9123683e, 'btrfs'],
    ['memory', 0x01021994, 'tmpfs'],
    ['a container', 0x794c7630, 'overlay'],
    ['gVisor or WSL', 0x01021997, '9p'],
    ['Docker Desktop', FUSE, 'virtiofs'],
    ['an encrypted home', FUSE, 'fuse.gocryptfs'],
    ['FUSE that nothing is known of', FUSE, undefined],
  ] as const)('is opened: %s', ([, magic, name]) => open(async () => ({ magic, name })));

  test('is opened where no file system can be told', () => open(async () => undefined));

  test('is opened on this machine', () => open());
});

test.runIf(process.platform === 'linux')('this machine tells its file systems', async () => {
  expect(await fileSystemOf('/proc')).toEqual({ magic: 0x9fa0, name: 'proc' });
  expect(await fileSystemOf(join(directory, 'missing'))).toBeUndefined();
});

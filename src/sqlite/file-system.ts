import { readFile, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { TollkeeperError } from '../base/index.ts';

/** What a path lies on. */
export interface FileSystem {
  /** Its magic number as Linux gives it (statfs(2), linux/magic.h). */
  readonly magic: number;
  /** What it is mounted as, such as `ext4` or `fuse.sshfs`; undefined if that is not known. */
  readonly name: string | undefined;
}
/** Tells the file system of a path; undefined where that cannot be told. */
export type FileSystemOf = (path: string) => Promise<FileSystem | undefined>;

/**
 * What machines share over a network, or a guest with its host. WAL keeps its index in shared memory, and
 * locks do not reach across: two machines would each write what the other does not see.
 */
const SHARED: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'AFS'],
  [0x73757245, 'Coda'],
  [0x564c, 'NCP'],
  [0x00c36400, 'Ceph'],
  [0x0bd00bd0, 'Lustre'],
  [0x47504653, 'GPFS'],
  [0x19830326, 'BeeGFS'],
  [0x20030528, 'OrangeFS'],
  [0x01161970, 'GFS2'],
  [0x7461636f, 'OCFS2'],
  [0x786f4256, 'a VirtualBox shared folder'],
  [0xbacbacbc, 'a VMware shared folder'],
]);

const FUSE = 0x65735546;
/**
 * FUSE is as often a local directory: an encrypted home, NTFS, or a container's view of its host (Docker Desktop).
 * So only what is known to come over a network is refused. 9p is never refused, because it is how gVisor and
 * WSL show local directories. What slips through so meets the lease, which names its machine.
 */
const SHARED_FUSE =
  /^fuse\.(sshfs|rclone|glusterfs|ceph|ceph-fuse|s3fs|gcsfuse|goofys|mount-s3|davfs2?|curlftpfs|juicefs|seaweedfs|mfs|moosefs|lizardfs|nfs.*|smb.*|afp.*|vmhgfs-fuse)$/;

/** Rejects with `store_unavailable`, and the reason, when other machines may write to a path. */
export async function refuseShared(path: string, systemOf: FileSystemOf): Promise<void> {
  // A link in the file's place may lead elsewhere than its directory.
  const found = (await systemOf(path)) ?? (await systemOf(dirname(path)));
  const shared = found && sharedName(found);
  if (shared === undefined) return;
  const detail = `It lies on ${shared}, which other machines may share. Choose a local directory with --home or TOLLKEEPER_HOME.`;
  throw new TollkeeperError('store_unavailable', detail);
}

function sharedName({ magic, name }: FileSystem): string | undefined {
  if (magic !== FUSE) return SHARED.get(magic);
  return name !== undefined && SHARED_FUSE.test(name) ? name : undefined;
}

/** What Linux says a path lies on; undefined elsewhere, and for a path that is not there. */
export async function fileSystemOf(path: string): Promise<FileSystem | undefined> {
  if (process.platform !== 'linux') return undefined;
  const found = await statfs(path).catch(() => undefined);
  if (found === undefined) return undefined;
  // Node gives a signed number on some machines.
  const magic = found.type >>> 0;
  return { magic, name: await mountNameOf(path).catch(() => undefined) };
}

/** What a path is mounted as: the line of proc_pid_mountinfo(5) that has its device's number. */
async function mountNameOf(path: string): Promise<string | undefined> {
  const { dev } = await stat(path, { bigint: true });
  const device = `${majorOf(dev)}:${minorOf(dev)}`;
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
  const mount = lines.find(line => line.split(' ')[2] === device);
  // The type follows the lone hyphen that ends the optional fields.
  return mount?.split(' - ')[1]?.split(' ')[0];
}

/** A device number packs its two halves in an order of its own (gnu_dev_major of glibc). */
function majorOf(dev: bigint): bigint {
  return ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn);
}

function minorOf(dev: bigint): bigint {
  return (dev & 0xffn) | ((dev >> 12n) & ~0xffn & 0xffffffffn);
}

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A disk that can be filled and write-protected; only processes started through it see what is on it. */
export interface Disk {
  /** Where it is mounted, for those processes. */
  readonly path: string;
  /** What a command is to be put behind, to run where the disk is. */
  readonly command: readonly string[];
  /** Fills it to the last byte, and empties it of that again. */
  fill(): Promise<void>;
  free(): Promise<void>;
  /** Write-protects it; the kernel refuses that while anybody has a file of it open for writing. */
  protect(): Promise<void>;
  unprotect(): Promise<void>;
  close(): Promise<void>;
}

/** How large it is: room for a record and its log, and soon full. */
const SIZE = '4m';

/**
 * A file system of its own (tmpfs) in a mount namespace of its own, so that no right on this machine is needed and
 * nothing of it is touched. Undefined where the kernel does not allow such a namespace.
 */
export async function openDisk(): Promise<Disk | undefined> {
  if (process.platform !== 'linux') return undefined;
  const path = await mkdtemp(join(tmpdir(), 'tollkeeper-disk-'));
  // It lives as long as its standard input is open: also a killed test leaves nothing behind.
  const keep = `mount -t tmpfs -o size=${SIZE},mode=700 tmpfs "$0" && echo mounted && exec cat`;
  const keeper = spawn('unshare', ['-Urm', 'sh', '-c', keep, path], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = new Promise<void>(resolve => {
    keeper.on('error', () => resolve()).on('exit', () => resolve());
  });
  const isMounted = await Promise.race([
    once(keeper.stdout, 'data').then(() => true),
    ended.then(() => false),
  ]);
  if (!isMounted) {
    await rm(path, { recursive: true });
    return undefined;
  }
  const inside = ['nsenter', '-t', String(keeper.pid), '-U', '-m', '--preserve-credentials'];
  const shell = async (script: string): Promise<void> => {
    const [command = '', ...args] = [...inside, 'sh', '-c', script, path];
    await run(command, args);
  };
  return {
    path,
    command: inside,
    fill: () => shell('cat /dev/zero > "$0/ballast" 2> /dev/null; test -s "$0/ballast"'),
    free: () => shell('rm "$0/ballast"'),
    protect: () => shell('mount -o remount,ro "$0"'),
    unprotect: () => shell('mount -o remount,rw "$0"'),
    async close() {
      keeper.stdin.end();
      await ended;
      await rm(path, { recursive: true });
    },
  };
}

import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  statSync,
  writeSync,
} from 'node:fs';
import { MINUTE, systemClock } from '../base/index.ts';

/** A log file that has grown past this many bytes gives way to a new one. */
const MOST_BYTES = 10 * 1024 * 1024;

/**
 * Opens a log file (0600) and returns what writes a line to it. Past 10 MB it is renamed to `.1`, in the
 * place of the one before. Several processes may write: each notices when another has renamed it. Throws
 * what the file system says.
 */
export function openLogFile(path: string): (line: string) => void {
  let fd = openSync(path, 'a', 0o600);
  const reopen = (): void => {
    const fresh = openSync(path, 'a', 0o600);
    closeSync(fd);
    fd = fresh;
  };
  return line => {
    try {
      rotate(path);
    } catch {
      // A file that cannot be renamed goes on growing, which is better than a line that is lost.
    }
    if (statSync(path, { throwIfNoEntry: false })?.ino !== fstatSync(fd).ino) reopen();
    writeSync(fd, line);
  };
}

/** Renames a full file, under a lock: two processes at once would rename the new file over the old one. */
function rotate(path: string): void {
  if (!isFull(path)) return;
  const lock = `${path}.lock`;
  try {
    mkdirSync(lock);
  } catch {
    dropStale(lock);
    return;
  }
  try {
    // Another process may have done it since the first look.
    if (isFull(path)) renameSync(path, `${path}.1`);
  } finally {
    rmdirSync(lock);
  }
}

/** A process that died within its few microseconds under the lock must not stop all others for ever. */
function dropStale(lock: string): void {
  const takenAt = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
  if (takenAt !== undefined && systemClock.now() - takenAt > MINUTE) rmdirSync(lock);
}

function isFull(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > MOST_BYTES;
}

import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** What stands in a small file, or why it cannot be read: in our own words, to read on from its name. */
export type FileText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreadable'; readonly problem: string; readonly fix: string };

/** The largest file that is read, in bytes. */
const MAX_BYTES = 256 * 1024;

/**
 * Reads a small text file, whole and at once. It is read each time it is asked for: modification times
 * are too coarse to tell two edits of one moment apart, and a cap must not be missed.
 */
export function readFileText(path: string): FileText {
  let file: number;
  try {
    // Without NONBLOCK a pipe in the file's place would hold up the whole process.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return { kind: 'missing' };
    return unreadable('cannot be opened', 'Check its rights and those of its directory.');
  }
  try {
    if (!fstatSync(file).isFile()) return unreadable('is not a file', 'Move away what is there.');
    return textOf(file);
  } catch {
    return unreadable('cannot be read', 'Check the disk that it is on.');
  } finally {
    closeSync(file);
  }
}

function textOf(file: number): FileText {
  const bytes = Buffer.allocUnsafe(MAX_BYTES + 1);
  let length = 0;
  for (;;) {
    const read = readSync(file, bytes, length, bytes.length - length, null);
    length += read;
    if (length > MAX_BYTES) return unreadable('is too large', 'Shorten it to 256 kB.');
    if (read === 0) break;
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length));
    return { kind: 'text', text };
  } catch {
    return unreadable('is not UTF-8 text', 'Save it as UTF-8.');
  }
}

function unreadable(problem: string, fix: string): FileText {
  return { kind: 'unreadable', problem, fix };
}

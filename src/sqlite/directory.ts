import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a directory (0700) and those that it is in. Node's own `recursive` goes on for ever where a parent
 * exists and nothing can be made in it (procfs). Errors are the file system's own.
 */
export async function makeDirectory(path: string): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory()) return;
  if (there === undefined && dirname(path) !== path) await makeDirectory(dirname(path));
  await mkdir(path, { mode: 0o700 }).catch((thrown: NodeJS.ErrnoException) => {
    // Another process may have been faster; a file that was in its place is no directory.
    if (thrown.code !== 'EEXIST' || there !== undefined) throw thrown;
  });
}

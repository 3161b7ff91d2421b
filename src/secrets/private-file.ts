import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Puts a file in its place, whole and on the disk, or leaves what was there: 0600, directory 0700.
 * Errors are the file system's own.
 */
export async function replaceFile(path: string, data: Uint8Array | string): Promise<void> {
  const draft = await writeDraft(path, data);
  try {
    await rename(draft, path);
  } catch (thrown) {
    await rm(draft, { force: true });
    throw thrown;
  }
  await syncDirectory(dirname(path));
}

/** The same for a file that must not exist yet; of several processes exactly one gets `true`. */
export async function createFile(path: string, data: Uint8Array | string): Promise<boolean> {
  const draft = await writeDraft(path, data);
  try {
    // A link, unlike a rename, fails if the name is taken; unlike O_EXCL it never shows half a file.
    await link(draft, path);
  } catch (thrown) {
    if (codeOf(thrown) === 'EEXIST') return false;
    throw thrown;
  } finally {
    await rm(draft, { force: true });
  }
  await syncDirectory(dirname(path));
  return true;
}

/** A file's bytes, or undefined if there is none. */
export async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return undefined;
    throw thrown;
  }
}

async function writeDraft(path: string, data: Uint8Array | string): Promise<string> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomUUID()}.tmp`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(data);
    await file.sync();
    return draft;
  } catch (thrown) {
    await rm(draft, { force: true });
    throw thrown;
  } finally {
    await file.close();
  }
}

/** Puts the names of a directory on the disk: a new file is there for good only once its directory is. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function codeOf(thrown: unknown): string | undefined {
  return (thrown as NodeJS.ErrnoException).code;
}

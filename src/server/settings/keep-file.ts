import { randomUUID } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { TollkeeperError } from '../../base/index.ts';
import { replaceFile } from '../../secrets/index.ts';

/** Puts a whole text in a file's place, 0600 and on the disk; rejects with `store_unavailable` if it cannot. */
export async function keepFile(path: string, text: string): Promise<void> {
  try {
    await replaceFile(path, text);
  } catch (cause) {
    const detail = `${basename(path)} could not be written.`;
    throw new TollkeeperError('store_unavailable', detail, { cause });
  }
}

/**
 * The same at once, provided that `holds` is still true when only the renaming is left. False if it was not, or
 * if the disk refused; then the file is as it was.
 */
export function swapFile(path: string, text: string, holds: () => boolean): boolean {
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    writeFileSync(draft, text, { flag: 'wx', mode: 0o600, flush: true });
    if (!holds()) return false;
    renameSync(draft, path);
    return true;
  } catch {
    return false;
  } finally {
    discard(draft);
  }
}

/** A full disk takes half a draft, time and again; where nothing may be removed, nothing was written either. */
function discard(draft: string): void {
  try {
    rmSync(draft, { force: true });
  } catch {
    // The directory itself went, or its rights did: the caller hears that nothing was swapped.
  }
}

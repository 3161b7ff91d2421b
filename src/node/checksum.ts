import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

/** Read at a time, bytes: an lnd of 90 MB takes a fifth of a second so. */
const PIECE = 1024 * 1024;

/** SHA-256 of a file as 64 hex digits; undefined where no file is, or none that may be read. */
export async function checksumOf(path: string): Promise<string | undefined> {
  // A pipe or a device would never end.
  const there = await stat(path).catch(() => undefined);
  if (!there?.isFile()) return undefined;
  const hash = createHash('sha256');
  try {
    for await (const piece of createReadStream(path, { highWaterMark: PIECE })) hash.update(piece);
  } catch (thrown) {
    const { code = '' } = thrown as NodeJS.ErrnoException;
    if (['ENOENT', 'EACCES', 'EPERM'].includes(code)) return undefined;
    throw thrown;
  }
  return hash.digest('hex');
}

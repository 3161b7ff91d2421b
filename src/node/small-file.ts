import { constants, open } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';

/**
 * The bytes of a file of at most `most` bytes; `none` if nothing is there, `unfit` if it is longer or no file: a
 * device would never end, and nobody may ever write into a pipe. Else errors are the file system's own.
 */
export async function readSmallFile(
  path: string,
  most: number,
): Promise<Buffer | 'none' | 'unfit'> {
  // Without NONBLOCK a pipe would already be waited for here.
  const opened = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch(absent);
  if (opened === 'none') return 'none';
  try {
    if (!(await opened.stat()).isFile()) return 'unfit';
    const bytes = await buffer(opened.createReadStream({ end: most, autoClose: false }));
    return bytes.length > most ? 'unfit' : bytes;
  } finally {
    await opened.close();
  }
}

function absent(thrown: NodeJS.ErrnoException): 'none' {
  if (thrown.code === 'ENOENT') return 'none';
  throw thrown;
}

import { open, readFile, rm, writeFile } from 'node:fs/promises';
import { TollkeeperError } from '../base/index.ts';
import { isFieldValue } from './header.ts';

/** A file that grows while it is fetched, and knows what it is the beginning of. */
export interface PartialFile {
  /** Bytes that are there. */
  readonly size: number;
  /** What tells this representation from another of the same URL (RFC 9110 §8.8); undefined if nothing does. */
  readonly validator: string | undefined;
  /** Drops what is there, to begin with this representation. */
  restart(validator: string | undefined): Promise<void>;
  append(piece: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** The longest validator that is kept, in characters. */
const MAX_VALIDATOR = 256;

/**
 * Opens a file (0600), with its validator in `<path>.tag` beside it. Rejects with `disk_full`, or with
 * `store_unavailable` where it cannot be written.
 */
export async function openPartialFile(path: string): Promise<PartialFile> {
  const tag = `${path}.tag`;
  const file = await onDisk(open(path, 'a', 0o600));
  let { size } = await onDisk(file.stat());
  let validator = size === 0 ? undefined : await tagIn(tag);
  return {
    get size() {
      return size;
    },
    get validator() {
      return validator;
    },
    async restart(next) {
      // In this order, so that a tag never stands beside bytes of another representation, whenever this is killed.
      if (size > 0) await onDisk(file.truncate(0));
      await onDisk(
        next === undefined ? rm(tag, { force: true }) : writeFile(tag, next, { mode: 0o600 }),
      );
      [size, validator] = [0, next];
    },
    async append(piece) {
      await onDisk(file.appendFile(piece));
      size += piece.length;
    },
    close: () => onDisk(file.close()),
  };
}

/** A kept tag goes into a request, so whoever changed it must not get to write headers. */
async function tagIn(path: string): Promise<string | undefined> {
  const tag = await readFile(path, 'latin1').catch(() => '');
  return tag !== '' && isFieldValue(tag, MAX_VALIDATOR) ? tag : undefined;
}

async function onDisk<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    const isFull = code === 'ENOSPC' || code === 'EDQUOT';
    throw new TollkeeperError(isFull ? 'disk_full' : 'store_unavailable', undefined, {
      cause: thrown,
    });
  }
}

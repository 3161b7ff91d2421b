import { type Code, TollkeeperError } from '../base/index.ts';

/** SQLite's primary result codes (sqlite.org/rescode.html) that mean something to us. */
const PERM = 3;
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const PROTOCOL = 15;
const NOTADB = 26;

/** Somebody else holds a lock that will be let go: the same thing may be tried again. */
const PASSING = new Set([BUSY, LOCKED, PROTOCOL]);

const MEANING: ReadonlyMap<number, Code> = new Map([
  [PERM, 'store_unavailable'],
  [BUSY, 'store_unavailable'],
  [LOCKED, 'store_unavailable'],
  [READONLY, 'store_unavailable'],
  [IOERR, 'store_unavailable'],
  [CORRUPT, 'store_corrupt'],
  [FULL, 'store_unavailable'],
  [CANTOPEN, 'store_unavailable'],
  [PROTOCOL, 'store_unavailable'],
  [NOTADB, 'store_corrupt'],
]);

/** The primary result code of an error that `node:sqlite` threw, else undefined. */
function resultCode(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || !('errcode' in thrown)) return undefined;
  // The low byte is the primary code; the rest only says where it happened.
  return typeof thrown.errcode === 'number' ? thrown.errcode & 0xff : undefined;
}

/** Whether an error only says that another connection is at work. */
export function isBusy(thrown: unknown): boolean {
  const code = resultCode(thrown);
  return code !== undefined && PASSING.has(code);
}

/**
 * An error of SQLite in the project's words: `store_unavailable` for locks, rights, disks and files,
 * `store_corrupt` for damage. Anything else, such as a broken constraint, is a bug and passes unchanged.
 */
export function storeFailure(thrown: unknown): unknown {
  const meaning = MEANING.get(resultCode(thrown) ?? -1);
  return meaning === undefined
    ? thrown
    : new TollkeeperError(meaning, undefined, { cause: thrown });
}

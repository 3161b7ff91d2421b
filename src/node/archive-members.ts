import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReadEntry } from 'tar';
import { ok, type Result, refuse, TollkeeperError } from '../base/index.ts';

/** How much the members of an archive may come to. */
export interface MemberBounds {
  readonly members: number;
  /** Bytes of one. */
  readonly memberBytes: number;
}

/** What is done with a member: written under this name, or passed over (undefined); or nothing more at all. */
export type MemberJudge = (
  member: Pick<ReadEntry, 'type' | 'path' | 'size'>,
) => Result<string | undefined>;

/** The members of a tar, written as its bytes come in. */
export interface Members {
  readonly written: ReadonlySet<string>;
  /** Takes bytes of the tar; resolves when it can take more. Both reject with what makes the archive unfit. */
  take(piece: Buffer): Promise<void>;
  end(): Promise<void>;
  /** Closes what is still being written. */
  giveUp(): Promise<void>;
}

/** What tar calls a file, and what it called one before 1988. */
const PLAIN: ReadonlySet<string> = new Set(['File', 'OldFile']);
/** A name in its directory: no `/`, and not `..`. */
const NAME = /^\w[\w.-]*$/;

/** What makes an archive unfit, thrown: it comes up in callbacks of streams. */
export function unfit(detail: string): TollkeeperError {
  return new TollkeeperError('archive_invalid', detail);
}

/**
 * Judges the members of a release: nothing but one directory and plain files in it, each once. A link, a device,
 * an absolute path or one with `..` is in no release, so whoever put it there is not to be unpacked any further.
 */
export function memberJudge(
  top: string,
  wanted: readonly string[],
  bounds: MemberBounds,
): MemberJudge {
  const seen = new Set<string>();
  return ({ type, path, size }) => {
    const isTop = type === 'Directory' && path.replace(/\/$/, '') === top;
    const name = path.startsWith(`${top}/`) ? path.slice(top.length + 1) : '';
    const complaints: readonly (readonly [isSo: boolean, detail: string])[] = [
      [seen.size >= bounds.members, 'It holds too many files.'],
      [seen.has(path), 'It holds a file twice.'],
      [!isTop && !PLAIN.has(type), 'It holds more than plain files.'],
      [!isTop && !NAME.test(name), 'It holds a file outside of its directory.'],
      [size > bounds.memberBytes, 'It holds a file that is too large.'],
    ];
    const complaint = complaints.find(([isSo]) => isSo);
    if (complaint !== undefined) return refuse('archive_invalid', complaint[1]);
    seen.add(path);
    return ok(wanted.includes(name) ? name : undefined);
  };
}

/** Opens a tar whose members are written into a directory as they are judged: nothing in it names a path. */
export async function openMembers(judge: MemberJudge, into: string): Promise<Members> {
  const { Parser } = await import('tar');
  const parser = new Parser({ strict: true, brotli: false, zstd: false });
  const written = new Set<string>();
  let file: FileHandle | undefined;
  // Everything that is to be done on the disk, in order; after a failure nothing more is.
  let work: Promise<void> = Promise.resolve();
  const next = (step: () => Promise<void> | undefined): void => {
    work = work.then(step);
  };
  const fail = (error: Error): void => next(() => Promise.reject(error));

  parser.on('error', fail);
  parser.on('ignoredEntry', () => fail(unfit('It holds more than plain files.')));
  parser.on('entry', (entry: ReadEntry) => {
    const judged = judge(entry);
    if (!judged.ok) fail(unfit(judged.detail ?? ''));
    const name = judged.ok ? judged.value : undefined;
    if (name === undefined) return void entry.resume();
    next(async () => {
      file = await open(join(into, name), 'wx', 0o700);
    });
    entry.on('data', piece => next(() => file?.appendFile(piece)));
    entry.on('end', () => next(close));
    written.add(name);
  });
  const close = async (): Promise<void> => {
    await file?.sync();
    await file?.close();
    file = undefined;
  };

  return {
    written,
    async take(piece) {
      parser.write(piece);
      await work;
    },
    async end() {
      parser.end();
      await work;
    },
    async giveUp() {
      await work.catch(() => undefined);
      await file?.close();
    },
  };
}

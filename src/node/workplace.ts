import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../base/index.ts';
import { processOf } from './process-id.ts';

/** A directory in which one run fetches and unpacks an archive. No other run touches it while this process lives. */
export interface Workplace {
  /** Where the archive is fetched to; what an earlier run left of it is there. */
  readonly archive: string;
  /** A path for something of this run's own. */
  at(name: string): string;
  /** Leaves the archive, as far as it came, to whoever runs next. */
  leave(): Promise<void>;
  clear(): Promise<void>;
}

const ARCHIVE = 'archive';
/** What a later run can go on from; the tag says what the archive is the beginning of. */
const KEPT: ReadonlySet<string> = new Set([ARCHIVE, `${ARCHIVE}.tag`]);

/**
 * Opens a place to work at an archive, which takes over what earlier runs left of it: `<name>.part`. Of several runs
 * at once one gets that, and the others begin anew. What killed runs left behind is cleared away.
 */
export async function openWorkplace(releases: string, name: string): Promise<Workplace> {
  await mkdir(releases, { recursive: true, mode: 0o700 });
  for (const entry of await readdir(releases)) await settle(releases, entry);
  const part = join(releases, `${name}.part`);
  const own = join(
    releases,
    `${name}.part.${markOf(process.pid)}.${randomBytes(4).toString('hex')}`,
  );
  // A rename is had by one process alone.
  if (!(await moved(part, own))) await mkdir(own, { mode: 0o700 });
  await tidy(own);
  const clear = () => rm(own, { recursive: true, force: true });
  return {
    archive: join(own, ARCHIVE),
    at: file => join(own, file),
    async leave() {
      await tidy(own);
      const { size } = await stat(join(own, ARCHIVE)).catch(() => ({ size: 0 }));
      // Another run may have left its own meanwhile; one is enough.
      if (size === 0 || !(await moved(own, part))) await clear();
    },
    clear,
  };
}

/** Takes care of what a run left that is no more: what it fetched is kept if nobody else left that. */
async function settle(releases: string, entry: string): Promise<void> {
  const [, part, pid, start] =
    /^(.+\.part)\.(\d{1,10})\.([0-9a-f]{16})\.[0-9a-f]{8}$/.exec(entry) ?? [];
  if (part === undefined || markOf(Number(pid)) === `${pid}.${start}`) return;
  const left = join(releases, entry);
  if (!(await moved(left, join(releases, part)))) await rm(left, { recursive: true, force: true });
}

/** Names a process that runs so that no later one with its number has the same name. */
function markOf(pid: number): string {
  const startedAt = processOf(pid)?.startedAt ?? '';
  return `${pid}.${sha256(startedAt).slice(0, 16)}`;
}

async function tidy(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!KEPT.has(name)) await rm(join(directory, name), { recursive: true });
  }
}

/** Moves a directory; false if it is not there any more, or something else is where it should go. */
async function moved(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (thrown) {
    const { code = '' } = thrown as NodeJS.ErrnoException;
    if (['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(code)) return false;
    throw thrown;
  }
}

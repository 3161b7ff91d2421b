import { access, constants, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Session } from '../session.ts';
import { type Check, failure, fine, warning } from './check.ts';

const NAME = 'data directory';
/** Bits that let anybody but the owner in. */
const OTHERS = 0o077;

/** The check, and whether there is a directory to look into. */
export interface Directory {
  readonly state: 'there' | 'missing' | 'unusable';
  readonly check: Check;
}

/** Whether the data directory is one, is writable, and is nobody else's to read. */
export async function checkDirectory({ home }: Session): Promise<Directory> {
  const { path } = home;
  const found = await stat(path).catch((thrown: NodeJS.ErrnoException) => thrown.code);
  if (found === 'ENOENT') {
    return {
      state: 'missing',
      check: fine(NAME, `${path} is not there yet; it is made when needed`),
    };
  }
  if (typeof found !== 'object') {
    const hint = 'Check the rights of the directories above it.';
    return { state: 'unusable', check: failure(NAME, `${path} cannot be looked at`, hint) };
  }
  if (!found.isDirectory()) {
    const hint = 'Move it away, or name another place with --home.';
    return { state: 'unusable', check: failure(NAME, `${path} is not a directory`, hint) };
  }
  return { state: 'there', check: await rightsOf(path) };
}

async function rightsOf(path: string): Promise<Check> {
  const isWritable = await access(path, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!isWritable) {
    return failure(NAME, `${path} cannot be written to`, `Make it yours: chmod u+rwx ${path}`);
  }
  const open = await openToOthers(path);
  if (open.length === 0) return fine(NAME, path);
  const finding = `others may look into ${open.join(', ')}`;
  return warning(NAME, finding, `Close them: chmod -R go-rwx ${path}`);
}

/** What others may read or write, by name. Windows keeps its rights elsewhere. */
async function openToOthers(path: string): Promise<readonly string[]> {
  if (process.platform === 'win32') return [];
  const inside = await readdir(path);
  const keys = await readdir(join(path, 'keys')).catch(() => []);
  const names = ['.', ...inside, ...keys.map(name => join('keys', name))];
  const judged = await Promise.all(
    names.map(async name => {
      const found = await stat(join(path, name)).catch(() => undefined);
      return found !== undefined && (found.mode & OTHERS) !== 0 ? [name] : [];
    }),
  );
  return judged.flat();
}

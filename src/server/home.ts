import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The data directory that this process works in. */
export interface Home {
  readonly path: string;
  /** What wraps the data key instead of the key file, if the operator chose so. Secret. */
  readonly passphrase: string | undefined;
  /** A command line for a human, with `--home` where it is needed to find this directory again. */
  readonly command: (words: string) => string;
}

/**
 * Finds the data directory: `--home`, else TOLLKEEPER_HOME, else `.tollkeeper` in the user's own
 * directory; and TOLLKEEPER_PASSPHRASE, if its keys are under one.
 */
export function findHome(option: string | undefined, env: NodeJS.ProcessEnv): Home {
  const standard = join(homedir(), '.tollkeeper');
  const named = option ?? env.TOLLKEEPER_HOME;
  const path = named === undefined || named === '' ? standard : resolve(named);
  const suffix = path === standard ? '' : ` --home ${quoted(path)}`;
  const passphrase = env.TOLLKEEPER_PASSPHRASE || undefined;
  return { path, passphrase, command: words => `tollkeeper ${words}${suffix}` };
}

/** A path as a POSIX shell takes it. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

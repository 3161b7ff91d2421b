import { ok, type Result, refuse, SECOND } from '../base/index.ts';

/** How long a binary may take to say its version, ms, and how much it may say, in characters. */
const PATIENCE: number = 5 * SECOND;
const MOST = 4096;

/** The oldest that is worked with, 0.20: the errors and the states of older ones are not those that we read. */
const OLDEST_MINOR = 20;

/**
 * The version that an lnd says it is, such as `0.20.1-beta`; `lnd_version_unsupported` where it is too old or says
 * none. Only for a binary whose hash a human named: this runs it.
 */
export async function versionOf(binary: string): Promise<Result<string>> {
  const { execa } = await import('execa');
  const { failed, stdout } = await execa(binary, ['--version'], {
    reject: false,
    // Nothing of ours in its environment, and nothing of it left behind.
    env: {},
    extendEnv: false,
    stdin: 'ignore',
    stderr: 'ignore',
    maxBuffer: MOST,
    timeout: PATIENCE,
    killSignal: 'SIGKILL',
    killDescendants: true,
  });
  const said = /^lnd version ((\d{1,3})\.(\d{1,3})\.\d{1,3}(?:-[\w.]{1,40})?)(?:\s|$)/.exec(stdout);
  const [, version, major, minor] = said ?? [];
  if (failed || version === undefined) {
    return refuse('lnd_version_unsupported', 'The binary does not say that it is an lnd.');
  }
  const isOld = Number(major) === 0 && Number(minor) < OLDEST_MINOR;
  return isOld
    ? refuse('lnd_version_unsupported', `It is ${version}, older than 0.20.`)
    : ok(version);
}

/**
 * The version that an lnd says it is, with its commit, and nothing else of what it says: one that runs elsewhere could
 * say anything, and a terminal or a model would read it. Undefined where it says none.
 */
export function saidVersion(said: string): string | undefined {
  return /^\d{1,3}\.\d{1,3}\.\d{1,3}[\w.-]{0,20}(?: commit=[\w.-]{1,60})?/.exec(said)?.[0];
}

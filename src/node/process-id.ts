import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { ProcessId } from './state.ts';

/**
 * The process that has this number now, or undefined if none has. What is left of an ended one until its parent
 * takes notice does not count. Synchronous, so that a new process is known before anything else can happen.
 */
export function processOf(pid: number): ProcessId | undefined {
  const startedAt = process.platform === 'linux' ? startByProc(pid) : startByPs(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

/** Whether this very process runs, and not a later one with its number. */
export function isAlive({ pid, startedAt }: ProcessId): boolean {
  return processOf(pid)?.startedAt === startedAt;
}

/** Whether any process has this number: a look so cheap that it can be taken all the time. */
export function isTaken(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (thrown) {
    return codeOf(thrown) !== 'ESRCH';
  }
}

/** Sends a signal to this very process; false if it is gone, and then nobody else gets it. */
export function signal(process_: ProcessId, name: 'SIGTERM' | 'SIGKILL'): boolean {
  if (!isAlive(process_)) return false;
  try {
    return process.kill(process_.pid, name);
  } catch (thrown) {
    if (codeOf(thrown) === 'ESRCH') return false;
    throw thrown;
  }
}

/** A process as it was written down; undefined for anything else. */
export function processIn(written: unknown): ProcessId | undefined {
  const { pid, startedAt } = Object(written) as Partial<Record<string, unknown>>;
  if (typeof startedAt !== 'string' || startedAt === '') return undefined;
  // 0 and negative numbers are whole groups to a signal, and 1 is the machine's first process.
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 1) return undefined;
  return { pid, startedAt };
}

/** proc(5): the state is field 3, the start in ticks since the boot field 22. */
function startByProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name before them may hold spaces and brackets.
    const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if ('ZXx'.includes(state)) return undefined;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot}/${fields[18]}`;
  } catch (thrown) {
    if (['ENOENT', 'ESRCH'].includes(codeOf(thrown) ?? '')) return undefined;
    throw thrown;
  }
}

/** ps(1) of POSIX and BSD: the start to the second, the same whatever language and time zone asks. */
export function startByPs(pid: number): string | undefined {
  const { stdout, error } = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    timeout: 5000,
  });
  if (error !== undefined) throw error;
  const [, state = 'Z', startedAt] = /^(\S+)\s+(\S.*\S)\s*$/.exec(stdout) ?? [];
  return state.startsWith('Z') ? undefined : startedAt;
}

function codeOf(thrown: unknown): string | undefined {
  return (thrown as NodeJS.ErrnoException).code;
}

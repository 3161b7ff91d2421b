import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, HOUR, ok, type Refused, type Result, refuse, SECOND } from '../base/index.ts';
import { createFile, readIfThere } from './private-file.ts';

/** The wait after a failure doubles from 1 s up to this, in ms. */
const LONGEST_WAIT = HOUR;

/** The failed attempts at a PIN, one small file each, so that every process sees them. */
export interface PinAttempts {
  /** Counts an attempt as failed before it is judged, and numbers it; `pin_wrong` while a wait lasts. */
  claim(): Promise<Result<number>>;
  /** Forgets the failures, after a success. */
  clear(): Promise<void>;
}

/** Opens the attempts counted in a directory. */
export function pinAttempts(directory: string, clock: Clock): PinAttempts {
  return {
    claim: async () => {
      const count = await newest(directory);
      const at = Number(await readIfThere(join(directory, String(count))));
      // Whichever way the clock was moved, the wait neither ends early by much nor lasts for years.
      const left = waitAfter(count) - Math.abs(clock.now() - at);
      if (left > 0) return wrong(left);
      // Counted first, so that killing us does not undo it; and by exclusive creation, so that of
      // guesses made at the same moment only one is judged.
      const number = count + 1;
      const mine = await createFile(join(directory, String(number)), String(clock.now()));
      return mine ? ok(number) : wrong(waitAfter(number));
    },
    clear: () => rm(directory, { recursive: true, force: true }),
  };
}

/** How long to wait after so many failures, in ms. */
export function waitAfter(failures: number): number {
  return failures === 0 ? 0 : Math.min(SECOND * 2 ** (failures - 1), LONGEST_WAIT);
}

/** The refusal of an attempt, saying how long to wait. */
export function wrong(waitMs: number): Refused {
  return refuse('pin_wrong', `Wait ${Math.ceil(waitMs / SECOND)} s before the next attempt.`);
}

async function newest(directory: string): Promise<number> {
  const names = await readdir(directory).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') return [];
    throw thrown;
  });
  const numbers = names.filter(name => /^\d+$/.test(name)).map(Number);
  return Math.max(0, ...numbers);
}

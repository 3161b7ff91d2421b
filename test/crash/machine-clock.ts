import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { type Clock, systemClock } from '../../src/base/index.ts';

/** The clock of a machine whose processes all read it from one file: how far it is ahead of the real one, ms. */
export function machineClock(file: string): Clock {
  return {
    now: () => systemClock.now() + Number(readFileSync(file, 'utf8')),
    after: systemClock.after,
  };
}

/** Sets a machine's clock so far ahead of the real one, ms, at once for every process that reads it. */
export function setAhead(file: string, ms: number): void {
  writeFileSync(`${file}.new`, String(ms));
  renameSync(`${file}.new`, file);
}

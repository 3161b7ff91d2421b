import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Session } from '../session.ts';
import { type Check, failure, fine, warning } from './check.ts';

const NAME = 'disk';
const MIB = 1024 * 1024;
/** Below this a purchase may not fit any more, in MiB. */
const TOO_LITTLE = 16;
const LITTLE = 256;

/** Whether there is room for the record to grow. */
export async function checkDisk({ home }: Session): Promise<Check> {
  const free = await freeMib(home.path);
  if (free === undefined) return warning(NAME, 'its size is unknown', 'Look at it with: df');
  const finding = `${free.toLocaleString('en-US')} MiB free`;
  if (free < TOO_LITTLE) return failure(NAME, finding, 'Make room: without it nothing is paid.');
  return free < LITTLE ? warning(NAME, finding, 'Make room soon.') : fine(NAME, finding);
}

/** The free space where the path is or would be. */
async function freeMib(path: string): Promise<number | undefined> {
  for (let place = path; ; place = dirname(place)) {
    const found = await statfs(place).catch(() => undefined);
    if (found !== undefined) return Math.floor((found.bavail * found.bsize) / MIB);
    if (dirname(place) === place) return undefined;
  }
}

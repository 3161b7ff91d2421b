import type { Store } from '../../../store/index.ts';
import { PAUSED, showPause } from '../pause-text.ts';
import { type Check, warning } from './check.ts';
import type { Patient } from './examine.ts';

/** Whether `tollkeeper pause` stops everything; nothing where it does not. */
export async function checkPause(
  { home }: Patient,
  { killSwitch }: Store,
): Promise<readonly Check[]> {
  const pause = await killSwitch.read();
  if (pause === undefined) return [];
  const finding = `${PAUSED.toLowerCase()} ${showPause(pause)}`;
  return [warning('pause', finding, `To let it go on: ${home.command('resume')}`)];
}

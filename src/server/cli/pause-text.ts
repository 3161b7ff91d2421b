import type { Pause } from '../../task/index.ts';
import { oneLine, showTime } from './layout.ts';

/** What `tollkeeper pause` stops. */
export const PAUSED = 'All spending and selling';

/** A pause in words: `is paused since …`. */
export function showPause({ at, reason }: Pause): string {
  const why = reason === undefined ? '' : ` (${oneLine(reason, 200)})`;
  return `is paused since ${showTime(at)}${why}`;
}

import type { Contents } from '../../store/index.ts';
import { showTime } from './layout.ts';

/** What a backup holds, in words: how many purchases, and until when. */
export function showBackup({ purchases, newest }: Contents): string {
  const count = counted(purchases, 'purchase');
  return newest === undefined ? count : `${count}, until ${showTime(newest)}`;
}

/** A number of things, such as `1 fact` and `2 facts`. */
export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

/** A size in bytes as a human reads it. */
export function showSize(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

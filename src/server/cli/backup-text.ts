import type { Contents } from '../../store/index.ts';
import { counted, showTime } from './layout.ts';

/** What a backup holds, in words: how many purchases, and until when. */
export function showBackup({ purchases, newest }: Contents): string {
  const count = counted(purchases, 'purchase');
  return newest === undefined ? count : `${count}, until ${showTime(newest)}`;
}

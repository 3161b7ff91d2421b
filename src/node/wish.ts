import type { Clock } from '../base/index.ts';
import { replaceFile } from '../secrets/index.ts';
import { readNote } from './note.ts';
import type { NodePlace } from './place.ts';

/** What somebody wants of the node. */
export interface Wish {
  readonly want: 'running' | 'stopped';
  /** When it was said, ms since 1970. Each wish is later than the one before it, whatever the clock does. */
  readonly at: number;
}

/** Says what is wanted of the node. Its keeper obeys, this one or the next; a repeated wish is a new one. */
export async function wish(place: NodePlace, want: Wish['want'], clock: Clock): Promise<void> {
  const said: Wish = { want, at: Math.max(clock.now(), readWish(place).at + 1) };
  await replaceFile(place.wish, `${JSON.stringify(said)}\n`);
}

/** What was last wanted. A node that nobody ever wanted to run stays as it is: stopped. */
export function readWish(place: NodePlace): Wish {
  const { want, at } = readNote(place.wish);
  const isWhole = (want === 'running' || want === 'stopped') && Number.isFinite(at);
  return isWhole ? { want, at: at as number } : { want: 'stopped', at: 0 };
}

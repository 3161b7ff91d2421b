import { join } from 'node:path';
import { replaceFile } from '../secrets/index.ts';
import { readNote } from './note.ts';
import type { NodePlace } from './place.ts';

/** How the wallet of a node came to be. */
export interface Origin {
  /** `acknowledged`: a human was asked words of it back. `restored`: it was made from words that a human had. */
  readonly seed: 'acknowledged' | 'restored';
  /** Whether a channel backup was restored with it, whose channels are being closed. */
  readonly channels: boolean;
}

/** How far a wallet can be trusted to survive its machine: the seed's own names, each of them true. */
export type Recovery =
  /** There is no wallet. */
  | 'none'
  /** There is one, and nothing says that anybody has its words. */
  | 'seed_backup_pending'
  /** Its words were asked back when it was made. */
  | 'seed_backup_acknowledged'
  /** It was made from words, and is still looking for what it owned. */
  | 'restore_ready'
  /** It was made from words, and has found all of it. */
  | 'restored';

const pathOf = (place: NodePlace): string => join(place.root, 'origin.json');

/** Writes down how a wallet came to be. */
export async function keepOrigin(place: NodePlace, origin: Origin): Promise<void> {
  await replaceFile(pathOf(place), `${JSON.stringify(origin)}\n`);
}

/** How the wallet came to be; undefined if that was never written down. */
export function originOf(place: NodePlace): Origin | undefined {
  const { seed, channels } = readNote(pathOf(place));
  const isWhole = (seed === 'acknowledged' || seed === 'restored') && typeof channels === 'boolean';
  return isWhole ? { seed, channels } : undefined;
}

/** What a wallet's recovery is at. `searching`: lnd still looks through the chain, or waits for channels to close. */
export function recoveryOf(
  hasWallet: boolean,
  origin: Origin | undefined,
  searching: boolean,
): Recovery {
  if (!hasWallet) return 'none';
  if (origin === undefined) return 'seed_backup_pending';
  if (origin.seed === 'acknowledged') return 'seed_backup_acknowledged';
  return searching ? 'restore_ready' : 'restored';
}

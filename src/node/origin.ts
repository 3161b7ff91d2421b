import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../secrets/index.ts';
import { readNote } from './note.ts';
import type { NodePlace } from './place.ts';

/** How the wallet of a node came to be, as it was made here. */
export interface Origin {
  /** `acknowledged`: a human was asked words of it back. `restored`: it was made from words that a human had. */
  readonly seed: 'acknowledged' | 'restored';
  /**
   * Whether its making came as far as its admin macaroon. Until then nobody could ask it for an address, so there is
   * nothing in it that its words would not bring into another.
   */
  readonly isBorn: boolean;
  /** Whether it was seen to have found what its words owned. */
  readonly isFound: boolean;
}

/** How far a wallet can be trusted to survive its machine: the seed's own names, each of them true. */
export type Recovery =
  | 'none'
  | 'seed_backup_pending'
  | 'seed_backup_acknowledged'
  | 'restore_ready'
  | 'restored';

const pathOf = (place: NodePlace): string => join(place.root, 'origin.json');

/** Writes down how a wallet came to be. */
export async function keepOrigin(place: NodePlace, origin: Origin): Promise<void> {
  await replaceFile(pathOf(place), `${JSON.stringify(origin)}\n`);
}

/** Forgets it: nothing came of it. */
export async function dropOrigin(place: NodePlace): Promise<void> {
  await rm(pathOf(place), { force: true });
}

/** How the wallet came to be; undefined if that was never written down, for it was not made here. */
export function originOf(place: NodePlace): Origin | undefined {
  const { seed, isBorn, isFound } = readNote(pathOf(place));
  const isWhole = seed === 'acknowledged' || seed === 'restored';
  return isWhole ? { seed, isBorn: isBorn === true, isFound: isFound === true } : undefined;
}

/**
 * What a wallet's recovery is at. The first row that fits counts:
 *
 * | wallet | it was made                                              | recovery                 |
 * |--------|----------------------------------------------------------|--------------------------|
 * | none   |                                                          | none                     |
 * | one    | elsewhere: nothing says that anybody has its words       | seed_backup_pending      |
 * | one    | from new words, some of which a human was asked back     | seed_backup_acknowledged |
 * | one    | from words that a human had, and has found what is theirs | restored                 |
 * | one    | from words that a human had                              | restore_ready            |
 *
 * What was in channels is theirs too where their backup was restored with the words: it has been found once the
 * channels are closed and their money is back.
 */
export function recoveryOf(hasWallet: boolean, origin: Origin | undefined): Recovery {
  if (!hasWallet) return 'none';
  if (origin === undefined) return 'seed_backup_pending';
  if (origin.seed === 'acknowledged') return 'seed_backup_acknowledged';
  return origin.isFound ? 'restored' : 'restore_ready';
}

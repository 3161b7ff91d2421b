import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../secrets/index.ts';
import { readNote } from './note.ts';
import type { NodePlace } from './place.ts';

const pathOf = (place: NodePlace): string => join(place.root, 'recovery.json');

/**
 * Remembers with how many addresses of look-ahead a wallet is being restored. lnd forgets it when it ends before it has
 * caught up with the chain, and would then never find some of the funds (`StopDaemon` in its `rpcserver.go`); so each
 * unlocking repeats it until the node was ready once.
 */
export async function keepRecoveryWindow(place: NodePlace, addresses: number): Promise<void> {
  await replaceFile(pathOf(place), `${JSON.stringify({ addresses })}\n`);
}

/** The look-ahead of a restoration under way, in addresses; 0 for none. */
export function recoveryWindowOf(place: NodePlace): number {
  const { addresses } = readNote(pathOf(place));
  return typeof addresses === 'number' && Number.isSafeInteger(addresses) && addresses > 0
    ? Math.min(addresses, 0x7fff_ffff)
    : 0;
}

/** Ends a restoration: the wallet has seen the whole chain. */
export async function endRecovery(place: NodePlace): Promise<void> {
  await rm(pathOf(place), { force: true });
}

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../secrets/index.ts';
import type { Answer } from './line.ts';
import { endLostChannels, handOverLostChannels, lostChannelsOf } from './lost-channels.ts';
import { readNote } from './note.ts';
import type { NodePlace } from './place.ts';
import type { Unlocker } from './unlocker.ts';

/** What lnd has to be told at each unlocking of a wallet that is being restored. */
export interface Restoration {
  /** How many unused addresses in a row end the search for funds; 0 for no search. */
  readonly addresses: number;
  /** The static backup of the channels that the words had. */
  readonly channels: Uint8Array | undefined;
}

const pathOf = (place: NodePlace): string => join(place.root, 'recovery.json');

/**
 * Remembers with how many addresses of look-ahead a wallet is being restored. lnd forgets it when it ends before it has
 * caught up with the chain, and would then never find some of the funds (`StopDaemon` in its `rpcserver.go`); so each
 * unlocking repeats it until the node was ready once.
 */
export async function keepRecoveryWindow(place: NodePlace, addresses: number): Promise<void> {
  await replaceFile(pathOf(place), `${JSON.stringify({ addresses })}\n`);
}

/** The restoration under way; one of nothing if there is none. */
export async function restorationOf(place: NodePlace): Promise<Restoration> {
  const { addresses } = readNote(pathOf(place));
  const isWindow =
    typeof addresses === 'number' && Number.isSafeInteger(addresses) && addresses > 0;
  return {
    addresses: isWindow ? Math.min(addresses, 0x7fff_ffff) : 0,
    channels: await lostChannelsOf(place),
  };
}

/** Whether a restoration is under way. */
export async function isRestoring(place: NodePlace): Promise<boolean> {
  const { addresses, channels } = await restorationOf(place);
  return addresses > 0 || channels !== undefined;
}

/** Opens the wallet of a node, and has lnd go on with its restoration. */
export async function unlockWallet(
  { place, unlocker }: { readonly place: NodePlace; readonly unlocker: Unlocker },
  password: Uint8Array,
): Promise<Answer<unknown>> {
  const answer = await unlocker.unlock(password, await restorationOf(place));
  if (answer.ok) await handOverLostChannels(place);
  return answer;
}

/** Ends a restoration: the wallet has seen the whole chain, and lnd has the channels that it was told of. */
export async function endRecovery(place: NodePlace): Promise<void> {
  await rm(pathOf(place), { force: true });
  await endLostChannels(place);
}

import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ok, type Result } from '../base/index.ts';
import { readIfThere, replaceFile } from '../secrets/index.ts';
import { verifyChannels } from './channel-export.ts';
import type { Operator } from './operator.ts';
import type { NodePlace } from './place.ts';

/** How far the backup has come: a human gave it, lnd found it to be its wallet's, lnd was told to restore it. */
type Step = 'given' | 'proved' | 'handed';

const pathOf = (place: NodePlace, step: Step): string => join(place.root, `lost-channels.${step}`);

/**
 * Keeps the backup of channels that a wallet under restoration had. lnd would take it with the words; but it forgets it
 * when it ends before it has caught up with the chain, and always ends over one that is of another wallet.
 */
export async function keepLostChannels(
  place: NodePlace,
  backup: Uint8Array | undefined,
): Promise<void> {
  for (const step of ['given', 'proved', 'handed'] as const) await drop(place, step);
  if (backup !== undefined) await replaceFile(pathOf(place, 'given'), backup);
}

/** Has the wallet look whether the backup is its own; one that is not is dropped. `channel_backup_failed`. */
export async function proveLostChannels(place: NodePlace, lnd: Operator): Promise<Result<void>> {
  const given = await readIfThere(pathOf(place, 'given'));
  if (given === undefined) return ok(undefined);
  const verified = await verifyChannels(lnd, given);
  if (verified.ok) await rename(pathOf(place, 'given'), pathOf(place, 'proved'));
  else if (verified.code === 'channel_backup_failed') await drop(place, 'given');
  return verified;
}

/** The backup of the channels that are still to be restored, if it is known to be of this wallet. */
export async function lostChannelsOf(place: NodePlace): Promise<Uint8Array | undefined> {
  return (
    (await readIfThere(pathOf(place, 'proved'))) ?? (await readIfThere(pathOf(place, 'handed')))
  );
}

/** Remembers that the lnd that runs was told to restore them. */
export async function handOverLostChannels(place: NodePlace): Promise<void> {
  if (!existsSync(pathOf(place, 'proved'))) return;
  await rename(pathOf(place, 'proved'), pathOf(place, 'handed'));
}

/** Drops the backup if lnd was told to restore it, for now it has the channels. */
export async function endLostChannels(place: NodePlace): Promise<void> {
  await drop(place, 'handed');
}

async function drop(place: NodePlace, step: Step): Promise<void> {
  await rm(pathOf(place, step), { force: true });
}

import { ok, type Result, refuse } from '../base/index.ts';
import type { Operator, Saying } from './operator.ts';

/** What `lnrpc.ChanBackupSnapshot` is about here: the static backup of all channels, sealed by lnd's own key. */
interface Snapshot {
  readonly multi_chan_backup: { readonly multi_chan_backup: Buffer } | null;
}

/** A larger one is none, bytes: a channel takes some 250. */
export const MOST_BACKUP: number = 1 << 20;
const UNFIT = 'The channel backup is damaged, or of another wallet. Nothing of it was used.';
/** What lnd v0.20 says to it (`rpcserver.go`). */
const SAYINGS: readonly Saying[] = [[/invalid multi channel backup/, UNFIT]];

/** The static channel backup as lnd has it now, which lnd itself found good; undefined without channels. */
export async function exportChannels(operator: Operator): Promise<Result<Uint8Array | undefined>> {
  const told = await operator.ask<Snapshot>('exportAllChannelBackups', {});
  if (!told.ok) return told;
  const backup = told.value.multi_chan_backup?.multi_chan_backup ?? Buffer.alloc(0);
  if (backup.length === 0) return ok(undefined);
  const verified = await verifyChannels(operator, backup);
  return verified.ok ? ok(backup) : verified;
}

/** Has lnd look whether a channel backup is of its wallet. */
export async function verifyChannels(
  operator: Operator,
  backup: Uint8Array,
): Promise<Result<void>> {
  if (backup.length === 0 || backup.length > MOST_BACKUP)
    return refuse('channel_backup_failed', UNFIT);
  const request = { multi_chan_backup: { multi_chan_backup: backup } };
  const verified = await operator.ask('verifyChanBackup', request, { known: SAYINGS });
  if (verified.ok) return ok(undefined);
  return verified.detail === UNFIT ? refuse('channel_backup_failed', UNFIT) : verified;
}

/** Has the other sides of the channels in a backup close them, which brings their money back on-chain. */
export async function restoreChannels(
  operator: Operator,
  backup: Uint8Array,
): Promise<Result<void>> {
  const verified = await verifyChannels(operator, backup);
  if (!verified.ok) return verified;
  const restored = await operator.ask('restoreChannelBackups', { multi_chan_backup: backup });
  return restored.ok ? ok(undefined) : restored;
}

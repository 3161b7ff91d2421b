import { type Clock, type Code, type Log, MINUTE, TollkeeperError } from '../base/index.ts';
import { copyChannelBackup, marksOf } from './channel-copy.ts';
import type { NodePlace } from './place.ts';

/** Keeps a copy of lnd's static channel backup where the operator wants it. */
export interface ChannelBackup {
  /**
   * Copies it if it changed; what changes meanwhile is copied after that. The other disk may be slow, or gone, so
   * nobody has to wait for it. Never rejects.
   */
  look(): Promise<void>;
  /** Why there is no fresh copy. */
  code(): Code | undefined;
}

/** How long a copy may take before that is told as a trouble, ms. */
const PATIENCE_MS: number = 1 * MINUTE;

/** Keeps a copy in the directory that is named at the moment, if one is. */
export function openChannelBackup(
  place: NodePlace,
  directoryNow: () => string | undefined,
  clock: Clock,
  log: Log,
): ChannelBackup {
  let [copied, isAsked, hasFailed] = ['', false, false];
  let begun: number | undefined;
  let copying: Promise<void> | undefined;
  const fail = (error: unknown): void => {
    // Tried again at each look, but told once.
    if (!hasFailed) log.error({ error }, 'the channel backup could not be copied');
    hasFailed = true;
  };
  const copy = async (): Promise<void> => {
    const directory = directoryNow();
    if (directory === undefined) return;
    const before = await marksOf(place, directory);
    if (before.join() === copied) return;
    await copyChannelBackup(place, directory);
    const after = await marksOf(place, directory);
    // As it was before it was read: what lnd wrote meanwhile is news.
    copied = [before[0], after[1]].join();
  };
  const work = async (): Promise<void> => {
    do {
      [isAsked, begun] = [false, clock.now()];
      await copy().then(() => {
        hasFailed = false;
      }, fail);
    } while (isAsked);
    copying = begun = undefined;
  };
  return {
    look() {
      isAsked = true;
      if (begun !== undefined && Math.abs(clock.now() - begun) > PATIENCE_MS) fail(hangs());
      // One at a time: each that hangs holds one of the few threads that Node has for files.
      copying ??= work();
      return copying;
    },
    code: () => (hasFailed ? 'channel_backup_failed' : undefined),
  };
}

function hangs(): TollkeeperError {
  return new TollkeeperError('channel_backup_failed', 'The disk does not answer.');
}

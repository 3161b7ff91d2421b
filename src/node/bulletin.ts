import { SECOND } from '../base/index.ts';
import type { Provisions } from './launch.ts';
import { writeNote } from './note.ts';
import type { NodeState } from './state.ts';

/** Where a keeper tells the state of its node: to its own process, and to others by a file. */
export interface Bulletin {
  publish(state: NodeState): void;
  state(): NodeState;
  /** Resolves at the next change, or when the signal aborts. */
  changed(signal?: AbortSignal): Promise<void>;
}

/** How often the file is written although nothing changed, ms, so that others know that somebody keeps the node. */
const BEAT_MS: number = 4 * SECOND;

/** Opens the bulletin of a node with its first state. A full disk keeps nothing from being done, but others from being told. */
export function openBulletin(
  { place, clock, log }: Pick<Provisions, 'place' | 'clock' | 'log'>,
  first: NodeState,
): Bulletin {
  let state = first;
  let writtenAt = Number.NEGATIVE_INFINITY;
  let news = Promise.withResolvers<void>();
  const write = (): void => {
    writtenAt = clock.now();
    try {
      writeNote(place.state, state);
    } catch (error) {
      log.error({ error }, 'the state of the node could not be written');
    }
  };
  write();
  return {
    publish(next) {
      const isNew = textOf(next) !== textOf(state);
      state = next;
      if (isNew || Math.abs(clock.now() - writtenAt) >= BEAT_MS) write();
      if (!isNew) return;
      news.resolve();
      news = Promise.withResolvers();
    },
    state: () => state,
    changed: signal => earlier(news.promise, signal),
  };
}

/** Resolves with the news, or when the signal aborts; it leaves nothing behind at the signal. */
async function earlier(news: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted) return;
  const over = new AbortController();
  const aborted = Promise.withResolvers<void>();
  const abort = () => aborted.resolve();
  signal?.addEventListener('abort', abort, { once: true, signal: over.signal });
  await Promise.race([news, aborted.promise]);
  over.abort();
}

/** A state without its date. */
function textOf({ at: _, ...state }: NodeState): string {
  return JSON.stringify(state);
}

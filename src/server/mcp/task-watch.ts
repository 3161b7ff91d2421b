import { MINUTE, SECOND, type TaskId } from '../../base/index.ts';
import { taskIdIn, taskUri } from '../../tools/index.ts';
import type { Tollkeeper } from '../compose.ts';
import { LOCAL_OWNER } from '../owner.ts';

/** The most tasks that one connection follows at a time. */
export const MOST_FOLLOWED = 50;
/** The least time between two looks, ms: however fast a task goes on, nobody hears of it more often. */
const GAP_MS = 200;
/** How long it waits after a look that failed, ms. */
const RETRY_MS: number = 5 * SECOND;

/** Hears that the task of a URI changed. Two subscriptions of one listener are one. */
export type Listener = (uri: string) => void;

/** Tells what happens to the tasks that one client follows. */
export interface TaskWatch {
  /**
   * Follows the task of a URI until it is over. Whichever process writes the news, the listener hears of
   * them, the end included; of a task that is over already it hears once, so that nobody waits for it.
   */
  follow(uri: string, listener: Listener): Promise<'followed' | 'unknown' | 'full'>;
  leave(uri: string, listener: Listener): void;
  /** Leaves everything. */
  close(): void;
}

/** A task, and how many of its facts were told. */
interface Followed {
  length: number;
  readonly listeners: Set<Listener>;
}

/**
 * Opens the watch of one connection: a single loop over all that it follows, which runs only as long as
 * it follows anything that is not over. It sleeps until the record changes, and then reads one index.
 */
export function openTaskWatch(open: () => Promise<Tollkeeper>): TaskWatch {
  const followed = new Map<TaskId, Followed>();
  let run = ended();
  const endIfIdle = (): void => {
    if (followed.size === 0) run.abort();
  };
  const begin = (tollkeeper: Tollkeeper): void => {
    if (!run.signal.aborted) return;
    run = new AbortController();
    void keepLooking(tollkeeper, run.signal, open => {
      tell(followed, open);
      endIfIdle();
    });
  };
  return {
    async follow(uri, listener) {
      const tollkeeper = await open();
      const found = await tollkeeper.buyer.find(LOCAL_OWNER, taskIdIn(uri) ?? '');
      if (!found.ok) return 'unknown';
      const { id, facts } = found.value;
      const known = followed.get(id);
      if (known === undefined && followed.size >= MOST_FOLLOWED) return 'full';
      if (known === undefined) {
        followed.set(id, { length: facts.length, listeners: new Set([listener]) });
      } else known.listeners.add(listener);
      begin(tollkeeper);
      return 'followed';
    },
    leave(uri, listener) {
      const id = taskIdIn(uri) as TaskId;
      const task = followed.get(id);
      task?.listeners.delete(listener);
      if (task?.listeners.size === 0) followed.delete(id);
      endIfIdle();
    },
    close() {
      followed.clear();
      endIfIdle();
    },
  };
}

/** The ids and lengths of the tasks that are not over. */
type Open = ReadonlyMap<TaskId, number>;

async function keepLooking(
  { store: { tasks, news }, clock, log }: Tollkeeper,
  signal: AbortSignal,
  seen: (open: Open) => void,
): Promise<void> {
  const look = async (): Promise<void> => {
    const mark = news.mark();
    const open = await tasks.unfinished();
    if (!signal.aborted) seen(new Map(open.map(({ id, length }) => [id, length])));
    await clock.after(GAP_MS, signal);
    if (!signal.aborted) await news.after(mark, MINUTE, signal);
  };
  const failed = async (error: unknown): Promise<void> => {
    log.warn({ error }, 'a look at the followed tasks failed');
    await clock.after(RETRY_MS, signal);
  };
  while (!signal.aborted) await look().catch(failed);
}

/** Tells of each task that has more facts, or is over and needs no following any more. */
function tell(followed: Map<TaskId, Followed>, open: Open): void {
  for (const [id, task] of followed) {
    const length = open.get(id);
    if (length === task.length) continue;
    for (const listener of task.listeners) listener(taskUri(id));
    if (length === undefined) followed.delete(id);
    else task.length = length;
  }
}

function ended(): AbortController {
  const controller = new AbortController();
  controller.abort();
  return controller;
}

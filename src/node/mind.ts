import { type Code, SECOND } from '../base/index.ts';
import { isReady, type Observation } from './observation.ts';
import type { Run } from './run-record.ts';

/** The crash in a row after which lnd is not started again. */
export const LAST_CRASH = 4;

/** What is remembered of one run of lnd, from its start to its end. */
export interface Current {
  readonly run: Run;
  /** Whether it has said anything yet. */
  readonly hasAnswered: boolean;
  /** Whether it was ready before. */
  readonly wasReady: boolean;
  /** When it was told to end, ms since 1970, and what for. */
  readonly stop: { readonly at: number; readonly why: 'wish' | 'certificate' } | undefined;
  /** When opening the wallet may be tried again, ms since 1970. */
  readonly unlockAt: number | undefined;
}

/** What a keeper remembers between two looks. Nothing of it need survive the keeper. */
export interface Mind {
  /** The lnd that was started or found; undefined when there is none. */
  readonly current: Current | undefined;
  /** Marks the password that did not open the wallet. It is not tried again. */
  readonly wrongPassword: string | undefined;
  /** How often in a row lnd ended, unasked, before it was ready. */
  readonly crashes: number;
  /** When lnd may be started again, ms since 1970. */
  readonly retryAt: number | undefined;
  /** Why lnd could not be started. */
  readonly refused: Code | undefined;
  /** The last lines of lnd, if it was given up. */
  readonly lines: readonly string[] | undefined;
  /** The wish under which all this came about. */
  readonly wishedAt: number;
}

/** The longest that anything is put off, ms; and how long a refused start rests, for its reason may go away by itself. */
export const LONGEST_REST_MS: number = 10 * SECOND;

const NEW_RUN = {
  hasAnswered: false,
  wasReady: false,
  stop: undefined,
  unlockAt: undefined,
} as const;

const NEW_WISH = {
  wrongPassword: undefined,
  crashes: 0,
  retryAt: undefined,
  refused: undefined,
  lines: undefined,
} as const;

/** The mind of a keeper that begins, with the lnd that it found, if any. */
export function newMind(run: Run | undefined): Mind {
  return { current: run && { run, ...NEW_RUN }, ...NEW_WISH, wishedAt: 0 };
}

/** How long to wait after the nth crash in a row, ms: 500, doubled each time, 10 s at most. */
export function backoff(crashes: number): number {
  return Math.min(500 * 2 ** (Math.max(crashes, 1) - 1), LONGEST_REST_MS);
}

/** What is remembered after a look. */
export function afterLook(before: Mind, seen: Observation, now: number): Mind {
  const mind = seen.wishedAt === before.wishedAt ? before : underWish(before, seen.wishedAt);
  const { current } = mind;
  if (current === undefined) return mind;
  if (!seen.isAlive) return afterEnd(mind, current, seen, now);
  const hasAnswered = current.hasAnswered || seen.stage !== 'silent';
  return isReady(seen)
    ? { ...onRun(mind, { hasAnswered, wasReady: true }), crashes: 0 }
    : onRun(mind, { hasAnswered });
}

/** A new wish forgives everything. */
function underWish(mind: Mind, wishedAt: number): Mind {
  return { ...onRun(mind, { unlockAt: undefined }), ...NEW_WISH, wishedAt };
}

/** Changes what is remembered of the run, if there is one. */
function onRun(mind: Mind, change: Partial<Omit<Current, 'run'>>): Mind {
  return { ...mind, current: mind.current && { ...mind.current, ...change } };
}

/** lnd ended: wanted to, or a crash, which counts only until it was ready once. */
function afterEnd(mind: Mind, ended: Current, { want }: Observation, now: number): Mind {
  if (want === 'stopped' || ended.stop?.why === 'wish') {
    return { ...mind, current: undefined, crashes: 0, retryAt: undefined };
  }
  const crashes = ended.wasReady ? 0 : mind.crashes + 1;
  return { ...mind, current: undefined, crashes, retryAt: now + backoff(crashes) };
}

/** What is remembered after lnd was started. */
export function afterStart(mind: Mind, run: Run): Mind {
  return { ...mind, current: { run, ...NEW_RUN }, retryAt: undefined, refused: undefined };
}

/** After lnd could not be started. That is no crash: it never ran. */
export function afterRefusal(mind: Mind, refused: Code, now: number): Mind {
  return { ...mind, refused, retryAt: now + LONGEST_REST_MS };
}

/** After lnd was told to end. */
export function afterStop(mind: Mind, why: 'wish' | 'certificate', now: number): Mind {
  return onRun(mind, { stop: { at: now, why } });
}

/** After the wallet was opened. */
export function afterUnlock(mind: Mind): Mind {
  return onRun(mind, { unlockAt: undefined });
}

/** After it was not. A wrong password, by its mark, is never tried again; anything else may go away by itself. */
export function afterFailedUnlock(mind: Mind, wrong: string | undefined, now: number): Mind {
  return wrong === undefined
    ? onRun(mind, { unlockAt: now + LONGEST_REST_MS })
    : { ...onRun(mind, { unlockAt: undefined }), wrongPassword: wrong };
}

/** After lnd was given up, with its last lines. */
export function afterGivingUp(mind: Mind, lines: readonly string[]): Mind {
  return { ...mind, lines };
}

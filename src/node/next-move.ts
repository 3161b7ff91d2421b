import { type Current, LAST_CRASH, LONGEST_REST_MS, type Mind } from './mind.ts';
import type { Observation } from './observation.ts';

/** What to do next about a node. */
export type Move =
  /** Write the configuration and start lnd. */
  | { readonly kind: 'start' }
  | { readonly kind: 'unlock' }
  /** Ask lnd to end. */
  | { readonly kind: 'stop' }
  /** End lnd because of its certificate: started anew, it makes another. */
  | { readonly kind: 'renew' }
  /** Let some time pass before the next start. */
  | { readonly kind: 'wait' }
  /** Keep what lnd said last, and start it no more. */
  | { readonly kind: 'give_up' }
  /** Look again in a while. */
  | { readonly kind: 'rest' };

/**
 * The next move about a node, a pure function of what is remembered, what is seen and the time. The first row that
 * fits counts:
 *
 * | lnd   | wanted  | and                                            | move    |
 * |-------|---------|------------------------------------------------|---------|
 * | runs  |         | it was told to end                             | rest    |
 * | runs  | stopped |                                                | stop    |
 * | runs  | running | it shows no certificate that could be believed | renew   |
 * | runs  | running | its wallet is locked, there is a password that | unlock  |
 * |       |         | was not found wrong, and it is time            |         |
 * | runs  | running |                                                | rest    |
 * | ended | stopped |                                                | rest    |
 * | ended | running | it was given up                                | rest    |
 * | ended | running | it crashed four times in a row                 | give_up |
 * | ended | running | it is not yet time                             | wait    |
 * | ended | running |                                                | start   |
 *
 * So nothing is started beside an lnd that runs, nor against a wish, and nothing is ever killed.
 */
export function nextMove(mind: Mind, seen: Observation, now: number): Move {
  const { current } = mind;
  return {
    kind:
      current === undefined ? whenEnded(mind, seen, now) : whenRunning(mind, current, seen, now),
  };
}

function whenRunning(
  mind: Mind,
  { stop, unlockAt }: Current,
  seen: Observation,
  now: number,
): Move['kind'] {
  if (stop !== undefined) return 'rest';
  if (seen.want === 'stopped') return 'stop';
  if (seen.isUncertified) return 'renew';
  return canUnlock(mind, seen) && isTime(unlockAt, now) ? 'unlock' : 'rest';
}

function canUnlock({ wrongPassword }: Mind, { stage, password }: Observation): boolean {
  return stage === 'locked' && password !== undefined && password !== wrongPassword;
}

function whenEnded(
  { lines, crashes, retryAt }: Mind,
  seen: Observation,
  now: number,
): Move['kind'] {
  if (seen.want === 'stopped' || lines !== undefined) return 'rest';
  if (crashes >= LAST_CRASH) return 'give_up';
  return isTime(retryAt, now) ? 'start' : 'wait';
}

/** Whether a time has come. One that is farther off than anything is ever put off was set by a clock that went back. */
function isTime(at: number | undefined, now: number): boolean {
  return at === undefined || now >= at || at - now > LONGEST_REST_MS;
}

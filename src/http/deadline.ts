import { TollkeeperError } from '../base/index.ts';

/** One moment by which everything has to be over. */
export interface Deadline {
  /** Aborts with `HTTP_TIMEOUT` at that moment, or with `cancelled` when the caller gives up before. */
  readonly signal: AbortSignal;
  /** Forgets the timer and the caller's signal; to be called once all is done. */
  clear(): void;
}

/** Starts a deadline `ms` milliseconds from now, which the caller's signal brings forward. */
export function startDeadline(ms: number, caller: AbortSignal | undefined): Deadline {
  const controller = new AbortController();
  const late = (): void => controller.abort(new TollkeeperError('HTTP_TIMEOUT'));
  const cancel = (): void => controller.abort(new TollkeeperError('cancelled'));
  const timer = setTimeout(late, ms);
  if (caller?.aborted) cancel();
  caller?.addEventListener('abort', cancel);
  return {
    signal: controller.signal,
    clear() {
      clearTimeout(timer);
      caller?.removeEventListener('abort', cancel);
    },
  };
}

/** Calls `late` once in `ms` milliseconds, unless the function that it returns is called before. */
export function startTimer(ms: number, late: () => void): () => void {
  const timer = setTimeout(late, ms);
  return () => clearTimeout(timer);
}

import { type Clock, type Log, MINUTE } from '../base/index.ts';

/** When an error was last written, ms, and how often it came since. */
interface Heard {
  readonly at: number;
  leftOut: number;
}

/**
 * A log that writes an error of the same message and code at most once a minute, with `leftOut`, the
 * number of those in between, on the next one. Our messages and codes are few, so what it remembers is too.
 */
export function sparing(clock: Clock, log: Log): Log {
  const heard = new Map<string, Heard>();
  return {
    ...log,
    error(data, message) {
      const key = `${codeOf(data)} ${message}`;
      const now = clock.now();
      const last = heard.get(key);
      // A clock that was set back must not silence the log.
      if (last !== undefined && Math.abs(now - last.at) < MINUTE) {
        last.leftOut += 1;
        return;
      }
      heard.set(key, { at: now, leftOut: 0 });
      log.error(last?.leftOut ? { ...data, leftOut: last.leftOut } : data, message);
    },
  };
}

/** The code that an event names, or that its error carries. */
function codeOf(data: { readonly code?: unknown; readonly error?: unknown }): string {
  const { error } = data;
  const carried = error instanceof Error && 'code' in error ? error.code : undefined;
  return String(data.code ?? carried ?? '');
}

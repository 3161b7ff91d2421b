import { type Clock, type Refused, refuse } from '../../base/index.ts';
import type { Home } from '../home.ts';
import type { Output } from './output.ts';
import type { Terminal } from './terminal.ts';

/** What one command line works with. */
export interface Session {
  readonly home: Home;
  readonly clock: Clock;
  readonly output: Output;
  readonly terminal: Terminal;
}

/** Refuses with `terminal_required` where a human has to be asked and there is none; `instead` says what a script can do. */
export function needsHuman({ terminal }: Session, instead: string): Refused | undefined {
  if (terminal.interactive) return undefined;
  return refuse('terminal_required', instead);
}

import type { WrittenSettings } from '../../src/policy/index.ts';
import type { Status } from '../../src/task/index.ts';
import type { Want } from '../task/parts.ts';
import type { Halt } from './points.ts';

/** Where a buyer's process works, and how it ends. */
export interface Life {
  readonly home: string;
  /** The bank's socket. */
  readonly socket: string;
  /** Where the bank says how it is reached as an lnd, if its buyers are to pay by that. */
  readonly lnd?: string | undefined;
  readonly clockFile: string;
  readonly settings: WrittenSettings;
  readonly halt?: Halt | undefined;
  /** Somebody sits beside it and answers every question. */
  readonly human?: boolean;
}

/** What a buyer's process can be told to do. It answers each in its own time. */
export type Command =
  /** Buys, and answers when nothing more happens by itself. */
  | { readonly do: 'buy'; readonly url: string; readonly want?: Want }
  /** Works until no task is open, `ms` at most; answers whether none is. */
  | { readonly do: 'finish'; readonly ms: number }
  /** Opens tasks of 1 sat each, quoted and approved, so that T1 is due on them. */
  | { readonly do: 'prepare'; readonly count: number }
  /** Tries T1 on each prepared task; answers what came of each. */
  | { readonly do: 'reserve' }
  /** Ends itself in good order. */
  | { readonly do: 'close' };

/** What came of a purchase. */
export interface Bought extends Pick<Status, 'status' | 'code' | 'money'> {
  readonly taskId: string;
}

/** What comes of each command. */
export interface Answers {
  readonly buy: Bought;
  readonly finish: boolean;
  readonly prepare: true;
  readonly reserve: readonly string[];
  readonly close: true;
}

/** One line that a buyer's process says. */
export type Line =
  | { readonly ready: true }
  /** It wrote to the record: the kind of the newest fact. */
  | { readonly wrote: string }
  /** The record refused what it wanted to write: the code. */
  | { readonly refused: string }
  | { readonly halt: string }
  | { readonly answer: unknown; readonly to: number }
  | { readonly broken: string; readonly to: number };

import type { TaskId } from '../base/index.ts';
import type { Fact } from './fact.ts';

/** One fact and its place among all facts of the record. */
export interface Entry {
  /** Counts up over the whole record, with gaps. */
  readonly number: number;
  readonly owner: string;
  readonly taskId: TaskId;
  readonly fact: Fact;
}

/** Which facts to read: those of an owner, or of a task; left out, those of all. */
export interface Strand {
  readonly owner?: string | undefined;
  readonly taskId?: TaskId | undefined;
}

/** All facts in the order in which they were written, to follow along. */
export interface Journal {
  /** The number of the newest fact of all; 0 in an empty record. */
  newest(): Promise<number>;
  /** The facts after a number, oldest first, `limit` at most. */
  after(number: number, limit: number, strand?: Strand): Promise<readonly Entry[]>;
  /** The newest facts, `limit` at most; the newest of them last. */
  last(limit: number, strand?: Strand): Promise<readonly Entry[]>;
}

import type { TaskId } from '../base/index.ts';
import type { Sql } from '../sqlite/index.ts';
import type { FactKind, FactOf } from '../task/fact.ts';

/** Whose fact it is, and which. */
export interface Place {
  readonly owner: string;
  readonly taskId: TaskId;
  readonly seq: number;
}

/** What an index does when facts of some kinds are written: nothing but change its own table. */
export type Follow = {
  readonly [K in FactKind]?: (sql: Sql, place: Place, fact: FactOf<K>) => void;
};

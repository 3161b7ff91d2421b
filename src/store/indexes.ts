import type { TaskId } from '../base/index.ts';
import type { Database, Sql } from '../sqlite/index.ts';
import type { Fact, FactKind, FactOf } from '../task/fact.ts';
import { allowance } from './allowances.ts';
import { asks } from './asks.ts';
import { credential } from './credentials.ts';
import type { Follow, Place } from './follow.ts';
import { fromJson } from './json.ts';
import { paymentHash } from './payment-hash.ts';
import { rebuildPaywalls } from './paywall-indexes.ts';
import { spend } from './spend.ts';

const INDEXES: readonly Follow[] = [spend, paymentHash, asks, allowance, credential];
const TABLES = ['spend', 'payment_hash', 'ask', 'allowance', 'credential'] as const;

/** Brings every index up to a fact that was just written, in the same transaction. */
export function index(sql: Sql, place: Place, fact: Fact): void {
  for (const follow of INDEXES) apply(follow, sql, place, fact);
}

function apply<K extends FactKind>(follow: Follow, sql: Sql, place: Place, fact: FactOf<K>): void {
  const step = follow[fact.kind as K] as
    | ((sql: Sql, place: Place, fact: FactOf<K>) => void)
    | undefined;
  step?.(sql, place, fact);
}

/** Builds every index anew from the facts and events alone. */
export function rebuildIndexes(db: Database): Promise<void> {
  return db.immediate(sql => {
    for (const table of TABLES) sql.run(`DELETE FROM ${table}`);
    const rows = sql.all<{ owner: string; taskId: TaskId; seq: bigint; body: string }>(
      `SELECT owner, task_id AS taskId, seq, body
       FROM fact JOIN task ON task.id = task_id ORDER BY fact.number`,
    );
    for (const { owner, taskId, seq, body } of rows) {
      index(sql, { owner, taskId, seq: Number(seq) }, fromJson(body) as Fact);
    }
    rebuildPaywalls(sql);
  });
}

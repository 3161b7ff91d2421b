import type { Database } from '../sqlite/index.ts';
import type { Fact } from '../task/fact.ts';
import type { Entry, Journal, Strand } from '../task/journal.ts';
import { fromJson } from './json.ts';

const NEWEST = 'SELECT coalesce(max(number), 0) AS number FROM fact';
const ENTRIES = `
  SELECT fact.number, owner, task_id AS taskId, body
  FROM fact JOIN task ON task.id = task_id
  WHERE (:owner IS NULL OR owner = :owner) AND (:taskId IS NULL OR task_id = :taskId)`;
const AFTER = `${ENTRIES} AND fact.number > :number ORDER BY fact.number LIMIT :limit`;
const LAST = `${ENTRIES} ORDER BY fact.number DESC LIMIT :limit`;

interface Row extends Omit<Entry, 'number' | 'fact'> {
  readonly number: bigint;
  readonly body: string;
}

/** The facts of every task, without their sealed parts, in the order of their commits. */
export function openJournal(db: Database): Journal {
  return {
    newest: () => db.read(sql => Number(sql.get<{ number: bigint }>(NEWEST)?.number)),
    after: (number, limit, strand = {}) =>
      db.read(sql => sql.all<Row>(AFTER, { ...paramsOf(strand), number, limit }).map(entryOf)),
    last: (limit, strand = {}) =>
      db.read(sql =>
        sql
          .all<Row>(LAST, { ...paramsOf(strand), limit })
          .map(entryOf)
          .toReversed(),
      ),
  };
}

function paramsOf({ owner, taskId }: Strand) {
  return { owner: owner ?? null, taskId: taskId ?? null };
}

function entryOf({ number, body, ...row }: Row): Entry {
  return { ...row, number: Number(number), fact: fromJson(body) as Fact };
}

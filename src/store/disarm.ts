import type { TaskId } from '../base/index.ts';
import type { Sealer } from '../secrets/index.ts';
import type { Sql } from '../sqlite/index.ts';
import type { NewFact } from '../task/fact.ts';
import { headOf } from './heads.ts';
import { appendFacts } from './tasks.ts';

const WITHOUT_MONEY = `
  SELECT id FROM task
  WHERE open = 1 AND NOT EXISTS (SELECT 1 FROM spend WHERE task_id = id)`;
const WITH_MONEY = `
  SELECT id FROM task
  WHERE open = 1 AND EXISTS (SELECT 1 FROM spend WHERE task_id = id)`;

/**
 * Makes sure that nothing happens twice from here on which a restored record does not know to have happened:
 * open tasks for which no money was held are ended, since their approvals may be used up, and for the others
 * the paid request counts as sent, so that one that must not be repeated is not. Returns how many were ended;
 * `at` is ms since 1970.
 */
export function disarm(sql: Sql, sealer: Sealer, at: number): number {
  const ids = (query: string) => sql.all<{ id: TaskId }>(query).map(({ id }) => id);
  const write = (id: TaskId, fact: NewFact, open: boolean): void => {
    const head = headOf(sql, id);
    if (head !== undefined) appendFacts(sql, sealer, head, { append: [fact], open });
  };
  const unpaid = ids(WITHOUT_MONEY);
  for (const id of ids(WITH_MONEY)) write(id, { kind: 'sent', phase: 'deliver', at }, true);
  for (const id of unpaid) write(id, { kind: 'cancelled', at }, false);
  return unpaid.length;
}

import type { TaskId } from '../base/index.ts';
import type { Sql } from '../sqlite/index.ts';
import type { Listing } from '../task/store.ts';

/** A task without its facts. */
export interface Head {
  readonly id: TaskId;
  readonly owner: string;
  readonly key: string;
  readonly open: boolean;
  /** How many facts it has. */
  readonly length: number;
}

type Row = Omit<Head, 'open' | 'length'> & { readonly open: bigint; readonly length: bigint };

/** The most tasks that one listing returns. */
const MOST_LISTED = 200;

/** A task's head, if there is such a task. */
export function headOf(sql: Sql, id: TaskId): Head | undefined {
  return asHead(sql.get('SELECT * FROM task WHERE id = :id', { id }));
}

/** The newest task that the caller gave this name. */
export function headOfName(sql: Sql, owner: string, name: string): Head | undefined {
  return asHead(
    sql.get(
      'SELECT * FROM task WHERE owner = :owner AND name = :name ORDER BY number DESC LIMIT 1',
      { owner, name },
    ),
  );
}

/** The open task of a request's key. */
export function openHead(sql: Sql, owner: string, key: string): Head | undefined {
  return asHead(
    sql.get('SELECT * FROM task WHERE owner = :owner AND key = :key AND open = 1', { owner, key }),
  );
}

/** Adds a task, open and without facts. */
export function insertHead(
  sql: Sql,
  { owner, key, name = null }: { owner: string; key: string; name?: string | null },
  id: TaskId,
  at: number,
): Head {
  sql.run(
    `INSERT INTO task (id, owner, key, name, created_at, open, length)
     VALUES (:id, :owner, :key, :name, :at, 1, 0)`,
    { id, owner, key, name, at },
  );
  return { id, owner, key, open: true, length: 0 };
}

/** Keeps a task's head up with its facts. */
export function updateHead(sql: Sql, { id, open, length }: Pick<Head, 'id' | 'open' | 'length'>) {
  sql.run('UPDATE task SET open = :open, length = :length WHERE id = :id', {
    id,
    open: open ? 1 : 0,
    length,
  });
}

/** The ids of an owner's tasks, newest first. */
export function listed(sql: Sql, { owner, limit, before, openOnly }: Listing): readonly TaskId[] {
  const rows = sql.all<{ id: TaskId }>(
    `SELECT id FROM task
     WHERE owner = :owner AND created_at < :before ${openOnly ? 'AND open = 1' : ''}
     ORDER BY created_at DESC, number DESC LIMIT :limit`,
    {
      owner,
      before: before ?? Number.MAX_SAFE_INTEGER,
      limit: Math.max(0, Math.min(Math.floor(limit), MOST_LISTED)),
    },
  );
  return rows.map(({ id }) => id);
}

/** The open tasks of every owner, oldest first. */
export function unfinished(sql: Sql): readonly Pick<Head, 'id' | 'length'>[] {
  return sql
    .all<Row>('SELECT id, length FROM task WHERE open = 1 ORDER BY number')
    .map(({ id, length }) => ({ id, length: Number(length) }));
}

function asHead(row: Row | undefined): Head | undefined {
  if (row === undefined) return undefined;
  const { id, owner, key, open, length } = row;
  return { id, owner, key, open: open === 1n, length: Number(length) };
}

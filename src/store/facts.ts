import type { TaskId } from '../base/index.ts';
import type { Sealer } from '../secrets/index.ts';
import type { Sql } from '../sqlite/index.ts';
import type { Fact, FactKind, NewFact, SecretKind, Secrets } from '../task/fact.ts';
import { fromJson, toJson } from './json.ts';

/** The facts of a task in their order, without their sealed parts. */
export function factsOf(sql: Sql, taskId: TaskId): readonly Fact[] {
  return sql
    .all<{ body: string }>('SELECT body FROM fact WHERE task_id = :taskId ORDER BY seq', { taskId })
    .map(({ body }) => fromJson(body) as Fact);
}

/** Writes the fact that gets the number `seq` in its task, and returns it as it will be read. */
export function insertFact(
  sql: Sql,
  sealer: Sealer,
  { taskId, seq }: { readonly taskId: TaskId; readonly seq: number },
  { secret, ...fact }: NewFact,
): Fact {
  const { kind } = fact;
  const body = toJson(fact);
  const sealed =
    secret === undefined
      ? null
      : sealer.seal(place(taskId, seq, kind), Buffer.from(JSON.stringify(secret)));
  sql.run(
    `INSERT INTO fact (task_id, seq, kind, body, secret)
     VALUES (:taskId, :seq, :kind, :body, :sealed)`,
    { taskId, seq, kind, body, sealed },
  );
  return fromJson(body) as Fact;
}

/** Opens the sealed part of a task's newest fact of a kind; undefined if there is none. */
export function openSecret<K extends SecretKind>(
  sql: Sql,
  sealer: Sealer,
  taskId: TaskId,
  kind: K,
): Secrets[K] | undefined {
  const row = sql.get<{ seq: bigint; secret: Uint8Array | null }>(
    `SELECT seq, secret FROM fact WHERE task_id = :taskId AND kind = :kind
     ORDER BY seq DESC LIMIT 1`,
    { taskId, kind },
  );
  if (row === undefined || row.secret === null) return undefined;
  const plain = sealer.open(place(taskId, Number(row.seq), kind), row.secret);
  return JSON.parse(Buffer.from(plain).toString()) as Secrets[K];
}

/** Sealed parts are bound to their place, so that none can be moved to another task or fact. */
function place(taskId: TaskId, seq: number, kind: FactKind): string {
  return `fact/${taskId}/${seq}/${kind}`;
}

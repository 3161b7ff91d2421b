import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { retried } from './retry.ts';
import { transaction } from './transaction.ts';

/** What a column can hold. Every INTEGER is read as a bigint, so no amount is ever rounded. */
export type Value = string | bigint | number | Uint8Array | null;
/** Values for the `:name` placeholders of a statement. */
export type Params = Readonly<Record<string, Value>>;

/** Statements inside one transaction. `Row` is the caller's word for what the columns hold. */
export interface Sql {
  get<Row>(statement: string, params?: Params): Row | undefined;
  all<Row>(statement: string, params?: Params): readonly Row[];
  /** Changes rows, and tells how many. */
  run(statement: string, params?: Params): number;
}

/** One connection to a database that other processes use too. */
export interface Database {
  /** Runs `work` on one unchanging snapshot. */
  read<T>(work: (sql: Sql) => T): Promise<T>;
  /**
   * Runs `work` as the only writer and commits what it did, or nothing of it if it throws.
   * `work` is synchronous and may run more than once: it must touch nothing but `sql`.
   */
  immediate<T>(work: (sql: Sql) => T): Promise<T>;
  /** Calls `listener` after each commit of this connection that changed rows. */
  onCommit(listener: () => void): void;
  /** A number that differs as soon as another connection has committed. Never throws. */
  dataVersion(): number;
  /** Safe to call again. */
  close(): void;
}

/** Wraps an open connection. */
export function database(connection: DatabaseSync): Database {
  const listeners: (() => void)[] = [];
  const statements = statementCache(connection);
  let version = 0;
  return {
    read: work => retried(() => transaction(connection, 'BEGIN', () => work(statements.sql))),
    immediate: async work => {
      const { result, changed } = await retried(() => {
        const before = statements.changes();
        const result = transaction(connection, 'BEGIN IMMEDIATE', () => work(statements.sql));
        return { result, changed: statements.changes() !== before };
      });
      if (changed) for (const listener of listeners) listener();
      return result;
    },
    onCommit: listener => {
      listeners.push(listener);
    },
    dataVersion: () => {
      version = look(statements.sql) ?? version;
      return version;
    },
    close: () => {
      if (connection.isOpen) connection.close();
    },
  };
}

/** The data version; undefined when it cannot be read, which whoever reads next will be told. */
function look(sql: Sql): number | undefined {
  try {
    return Number(sql.get<{ data_version: bigint }>('PRAGMA data_version')?.data_version);
  } catch {
    return undefined;
  }
}

/** Prepares each statement once. Statements are constants of the code, so the cache is bounded. */
function statementCache(connection: DatabaseSync): { sql: Sql; changes: () => number } {
  const prepared = new Map<string, StatementSync>();
  let changes = 0;
  const prepare = (text: string): StatementSync => {
    const known = prepared.get(text);
    if (known !== undefined) return known;
    const statement = connection.prepare(text);
    statement.setReadBigInts(true);
    prepared.set(text, statement);
    return statement;
  };
  const sql: Sql = {
    get: <Row>(text: string, params: Params = {}) => prepare(text).get(params) as Row | undefined,
    all: <Row>(text: string, params: Params = {}) => prepare(text).all(params) as Row[],
    run: (text, params = {}) => {
      const changed = Number(prepare(text).run(params).changes);
      changes += changed;
      return changed;
    },
  };
  return { sql, changes: () => changes };
}

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { TollkeeperError } from '../base/index.ts';
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

/** What may be done with a database: one that a newer version has migrated is only read. */
export type Access = 'read_write' | 'read_only';

/** One connection to a database that other processes use too. */
export interface Database {
  /** As it is now: a newer version may migrate the database while we have it open. Never throws. */
  access(): Access;
  /** Runs `work` on one unchanging snapshot. Rejects with `store_newer` where we cannot read it any more. */
  read<T>(work: (sql: Sql) => T): Promise<T>;
  /**
   * Runs `work` as the only writer and commits what it did, or nothing of it if it throws.
   * `work` is synchronous and may run more than once: it must touch nothing but `sql`.
   * Rejects with `store_newer` while access is `read_only`.
   */
  immediate<T>(work: (sql: Sql) => T): Promise<T>;
  /** Calls `listener` after each commit of this connection that changed rows. */
  onCommit(listener: () => void): void;
  /** A number that differs as soon as another connection has committed. Never throws. */
  dataVersion(): number;
  /** Safe to call again. */
  close(): void;
}

/** Wraps an open connection to a database whose first `known` migrations are ours. */
export function database(connection: DatabaseSync, known: number): Database {
  const listeners: (() => void)[] = [];
  const statements = statementCache(connection);
  let version = 0;
  let held: Access = 'read_write';
  const access = (): Access => {
    const migrated = look(statements.sql, 'user_version');
    const now = migrated === undefined ? held : migrated > known ? 'read_only' : 'read_write';
    // SQLite holds to it too, so that not even a mistake of ours writes to what we do not understand.
    if (now !== held) connection.exec(`PRAGMA query_only = ${now === 'read_only'}`);
    held = now;
    return now;
  };
  access();
  const refuseNewer = (cause?: unknown): void => {
    if (access() === 'read_only') throw new TollkeeperError('store_newer', undefined, { cause });
  };
  return {
    access,
    read: work =>
      retried(() => transaction(connection, 'BEGIN', () => work(statements.sql))).catch(thrown => {
        // A table or a column that is gone, or holds something else, is no bug of ours then.
        if (!(thrown instanceof TollkeeperError)) refuseNewer(thrown);
        throw thrown;
      }),
    immediate: async work => {
      await turn();
      refuseNewer();
      const { result, changed } = await retried(() => {
        const before = statements.changes();
        const result = transaction(connection, 'BEGIN IMMEDIATE', () => {
          // Again, because only now nobody else can migrate it any more.
          refuseNewer();
          return work(statements.sql);
        });
        return { result, changed: statements.changes() !== before };
      });
      if (changed) for (const listener of listeners) listener();
      return result;
    },
    onCommit: listener => {
      listeners.push(listener);
    },
    dataVersion: () => {
      version = look(statements.sql, 'data_version') ?? version;
      return version;
    },
    close: () => {
      if (connection.isOpen) connection.close();
    },
  };
}

/**
 * Lets everything else of the process have its turn. Awaiting alone does not: whoever writes in a row, as a
 * purchase does, would stop timers and sockets until its last commit is on the disk. Before a commit, not after
 * it: whoever wrote something is the first to act on it.
 */
function turn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}

/** A version as it is now; undefined when it cannot be read, which whoever reads next will be told. */
function look(sql: Sql, name: 'data_version' | 'user_version'): number | undefined {
  try {
    return Number(sql.get<Record<string, bigint>>(`PRAGMA ${name}`)?.[name]);
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

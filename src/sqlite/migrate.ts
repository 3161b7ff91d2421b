import type { DatabaseSync } from 'node:sqlite';
import { TollkeeperError } from '../base/index.ts';
import type { DatabaseOptions } from './open.ts';
import { transaction } from './transaction.ts';

type Schema = Pick<DatabaseOptions, 'applicationId' | 'migrations'>;

/**
 * Brings the schema up to date. Many processes may start at once, so the version is read again
 * inside the transaction: only the first of them runs the scripts. One of a newer version stays as it is.
 * Throws what `schemaVersion` throws.
 */
export function migrate(connection: DatabaseSync, schema: Schema): void {
  const { applicationId, migrations } = schema;
  if (schemaVersion(connection, schema) >= migrations.length) return;
  transaction(connection, 'BEGIN IMMEDIATE', () => {
    const version = schemaVersion(connection, schema);
    if (version >= migrations.length) return;
    for (const script of migrations.slice(version)) connection.exec(script);
    connection.exec(`PRAGMA application_id = ${applicationId}`);
    connection.exec(`PRAGMA user_version = ${migrations.length}`);
  });
}

/**
 * How many migrations a file has had: more than we know, if a newer version made them.
 * Throws `store_corrupt` if the file is not of this kind.
 */
export function schemaVersion(
  connection: DatabaseSync,
  { applicationId }: Pick<Schema, 'applicationId'>,
): number {
  const pragma = (name: string) => Number(connection.prepare(`PRAGMA ${name}`).get()?.[name]);
  const version = pragma('user_version');
  const kind = pragma('application_id');
  // A file with any schema that does not bear our mark belongs to somebody else.
  if (kind !== applicationId && (kind !== 0 || version !== 0 || pragma('schema_version') !== 0)) {
    throw new TollkeeperError('store_corrupt', 'The file belongs to another program.');
  }
  return version;
}

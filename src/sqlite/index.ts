export type { Database, Sql } from './database.ts';
export { type DatabaseOptions, openDatabase } from './open.ts';

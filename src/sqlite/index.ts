export { copyDatabase, copyPages, overwriteDatabase, rowOf } from './copy.ts';
export type { Access, Database, Sql } from './database.ts';
export { makeDirectory } from './directory.ts';
export type { FileSystemOf } from './file-system.ts';
export { type DatabaseOptions, openDatabase } from './open.ts';

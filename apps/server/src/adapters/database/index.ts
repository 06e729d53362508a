export { maxSeq, ordinalOf, segmentRowid } from './segment-rowid.ts';
export { openSqlite, type Database, type DatabaseTransaction } from './sqlite.ts';
export type * from './schema.ts';

export { maxSeq, ordinalOf, segmentRowid } from './segment-rowid.ts';
export { derivedTransaction, openSqlite, type Database, type DatabaseTransaction } from './sqlite.ts';
export type * from './schema.ts';

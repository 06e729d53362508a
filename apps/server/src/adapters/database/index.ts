export { prepared } from './prepared.ts';
export { createSharedCommits, type SharedCommits } from './shared-commits.ts';
export { maxSeq, ordinalOf, segmentRowid } from './segment-rowid.ts';
export { derivedTransaction, openSqlite, shrinkMemory, type Database, type DatabaseTransaction } from './sqlite.ts';
export type * from './schema.ts';

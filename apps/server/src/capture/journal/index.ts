export type { ByteRange, Journal, JournalLog, JournalOptions, JournalStats } from './contract.ts';
export { maxAppendBytes, maxReadBytes } from './contract.ts';
export { mirrorSynced, slowSync, withoutSync } from './faulty-io.ts';
export type { JournalFile, JournalIo } from './io.ts';
export { createMemoryJournal } from './memory-journal.ts';
export { createNodeIo } from './node-io.ts';
export { openJournal } from './open-journal.ts';

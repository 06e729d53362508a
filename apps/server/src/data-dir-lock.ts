import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * Two processes on one data folder would write over each other's journal. An exclusive SQLite transaction is a lock that the
 * system lets go of when the process ends, however it ends. Throws where another process holds it; returns what lets go.
 */
export function lockDataDir(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true });
  const lock = new DatabaseSync(join(dataDir, 'lock'));
  try {
    lock.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    throw new Error(`Another Hansard is running on ${dataDir}. Stop it, or set HANSARD_DATA_DIR to another folder.`, {
      cause: error,
    });
  }
  return () => lock.close();
}

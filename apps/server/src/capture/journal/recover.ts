import type { JournalLog } from './contract.ts';
import type { FilePool } from './file-pool.ts';
import type { LogFile } from './log-file.ts';
import { blockBytes } from './record.ts';
import { readFileHeader, scanFile } from './replay.ts';

interface RecoverOptions {
  pool: FilePool;
  log: JournalLog;
  /** A whole record was found; in the order in which they were written. */
  onRecord: (trackId: string, offset: number, bytes: number, location: number) => void;
  /** Commits may go on there. */
  continueIn: (file: LogFile, position: number) => void;
  /** Resolves once the record is on disk anew. */
  writeAgain: (trackId: string, offset: number, payload: Uint8Array) => Promise<void>;
}

/** Finds all that the journal's files hold, and makes sure that it is on the disk before anybody is told. */
export async function recover({ pool, log, onRecord, continueIn, writeAgain }: RecoverOptions): Promise<void> {
  const files = await pool.find(readFileHeader);
  let newest: { file: LogFile; commits: number; lastCommit: number; end: number } | null = null;
  for (const file of files.filter(({ generation }) => generation > 0)) {
    const scan = await scanFile(file, blockBytes, ({ trackId, offset, length }, position) => {
      onRecord(trackId, offset, length, pool.locationOf(file, position));
    });
    newest = { file, ...scan };
  }
  // A file whose only commit may be unsynced may have an unsynced header too.
  if (newest && newest.commits > 1) continueIn(newest.file, newest.end);
  for (const file of files) pool.recycleIfUnused(file);
  if (!newest || newest.commits === 0) return;
  try {
    await makeLastDurable(newest.file, newest.lastCommit, writeAgain);
  } catch (error) {
    log.warn({ err: error }, 'the last commit before the start could not be written again');
  }
}

/**
 * Only the last commit can be unsynced. Its process may have been killed before the sync: so it is synced. Or after a sync
 * that failed, when another proves nothing: so it is written again, elsewhere.
 */
async function makeLastDurable(file: LogFile, from: number, writeAgain: RecoverOptions['writeAgain']): Promise<void> {
  const records: { trackId: string; offset: number; payload: Uint8Array }[] = [];
  await scanFile(file, from, ({ trackId, offset }, _position, payload) => {
    records.push({ trackId, offset, payload: Uint8Array.from(payload) });
  });
  await file.disk.datasync();
  await Promise.all(records.map(({ trackId, offset, payload }) => writeAgain(trackId, offset, payload)));
}

import type { JournalLog } from './contract.ts';
import type { FilePool } from './file-pool.ts';
import { readAll, writeAll } from './io.ts';
import type { LogFile } from './log-file.ts';
import { blockBytes } from './record.ts';
import { readFileHeader, scanFile } from './replay.ts';

/** Read and written again at once, where there is no other room. */
const stepBytes = 1 << 20;

interface RecoverOptions {
  pool: FilePool;
  log: JournalLog;
  /** A whole record was found; in the order in which they were written. Says whether it replaces one with the same bounds. */
  onRecord: (trackId: string, offset: number, bytes: number, location: number) => boolean;
  /** How many bytes of the track are read from the record that is there; 0 where it was replaced. */
  usedBytes: (trackId: string, offset: number, location: number) => number;
  /** Commits may go on there. */
  continueIn: (file: LogFile, position: number) => void;
  /** Resolves once the record is on disk anew. */
  writeAgain: (trackId: string, offset: number, payload: Uint8Array) => Promise<void>;
}

/** Where something is that may be in the page cache only. */
interface Stretch {
  file: LogFile;
  start: number;
  end: number;
}

/** Finds all that the journal's files hold, and makes sure that it is on the disk before anybody is told. */
export async function recover(options: RecoverOptions): Promise<void> {
  const { pool, log, onRecord, continueIn } = options;
  const files = await pool.find(readFileHeader);
  // What a copy replaces is kept until the copy is known to be on the disk.
  for (const file of files) file.readers += 1;
  const letGo = (file: LogFile): void => {
    file.readers -= 1;
    pool.recycleIfUnused(file);
  };
  let newest: { file: LogFile; commits: number; end: number } | null = null;
  let unproven: Stretch[] = [];
  for (const file of files.filter(({ generation }) => generation > 0)) {
    const stretch = { file, start: blockBytes, end: 0 };
    const { commits, end } = await scanFile(file, blockBytes, ({ trackId, offset, length, first }, position) => {
      const isCopy = onRecord(trackId, offset, length, pool.locationOf(file, position));
      if (!first || isCopy) return;
      unproven = [];
      stretch.start = position;
    });
    if (commits === 0) continue;
    stretch.end = end;
    unproven.push(stretch);
    newest = { file, commits, end };
  }
  // A file whose only commit may be unsynced may have an unsynced header too.
  if (newest && newest.commits > 1 && newest.file.doubtfulFrom === null) continueIn(newest.file, newest.end);
  const held = new Set(unproven.map(({ file }) => file));
  for (const file of files) if (!held.has(file)) letGo(file);
  try {
    await writeElsewhere(unproven, options);
  } catch (error) {
    log.warn({ err: error }, 'the last commit before the start is written again where it is');
    await writeInPlace(unproven);
  }
  for (const file of held) letGo(file);
}

/**
 * Only the last commit can be unsynced: its process was killed before the sync, or before it heard that the sync had failed,
 * when another proves nothing. So it is written again, elsewhere. A process may have been killed while it did so: then
 * what it was to copy is still there, with some of the copies behind it.
 */
async function writeElsewhere(unproven: readonly Stretch[], options: RecoverOptions): Promise<void> {
  const { pool, usedBytes, writeAgain } = options;
  const records: { trackId: string; offset: number; payload: Uint8Array }[] = [];
  for (const { file, start } of unproven) {
    await scanFile(file, start, ({ trackId, offset }, position, payload) => {
      const bytes = usedBytes(trackId, offset, pool.locationOf(file, position));
      if (bytes > 0) records.push({ trackId, offset, payload: Uint8Array.from(payload.subarray(0, bytes)) });
    });
  }
  // A copy that stands before what precedes it in its track would be replaced by it at the next start.
  records.sort((a, b) => a.offset - b.offset);
  await Promise.all(records.map(({ trackId, offset, payload }) => writeAgain(trackId, offset, payload)));
}

/** The same bytes to the same sectors: the kernel then has to say anew whether they are on the disk. */
async function writeInPlace(unproven: readonly Stretch[]): Promise<void> {
  for (const { file, start, end } of unproven) {
    // The file's header is as unproven as its first commit.
    for (let at = start === blockBytes ? 0 : start; at < end; at += stepBytes) {
      const bytes = Buffer.alloc(Math.min(stepBytes, end - at));
      await writeAll(file.disk, [bytes.subarray(0, await readAll(file.disk, bytes, at))], at);
    }
    await file.disk.datasync();
  }
}

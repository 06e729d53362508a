import { toStorageError } from '../../errors.ts';
import { type Commit, createCommitBuilder, maxCommitBytes, type PendingRecord } from './commit-builder.ts';
import type { JournalLog } from './contract.ts';
import type { FilePool } from './file-pool.ts';
import { writeAll } from './io.ts';
import type { LogFile } from './log-file.ts';
import { blockBytes, recordBytes } from './record.ts';

/**
 * While commits are quick, they are kept to this size: when many large appends are answered at once and all come back with
 * more, half of them are then laid out during the sync of the others. Where a sync is slow, few and large ones win.
 */
const quickCommitBytes = 2 << 20;
const quickCommitMs = 3;

const zeroBlock = Buffer.alloc(blockBytes);

interface GroupCommitOptions<R> {
  pool: FilePool;
  log: JournalLog;
  /** The record is on disk, there. Called in the order of appends. */
  onDurable: (record: R, location: number) => void;
  /** Nothing of what was in flight will be on disk. */
  onFailed: (records: readonly R[]) => void;
}

interface Waiter {
  resolve(): void;
  reject(error: Error): void;
}

/**
 * One commit is on its way to the disk while the next is laid out; a commit is begun only once the former is synced, so
 * that a crash can tear none but the last. One failed commit fails all that waits: what is behind it may build on it.
 */
export function createGroupCommit<R extends PendingRecord>(options: GroupCommitOptions<R>) {
  const { pool, log, onDurable, onFailed } = options;
  type Waiting = R & Waiter;
  let building = createCommitBuilder<Waiting>();
  let writing = createCommitBuilder<Waiting>();
  let waiting: Waiting[] = [];
  /** Those before it are in `building` already. */
  let firstWaiting = 0;
  let bytesInFlight = 0;
  let commits = 0;
  let writtenBytes = 0;
  let lastCommitMs = 0;
  let working: Promise<void> | null = null;

  const layOut = (): void => {
    while (firstWaiting < waiting.length && building.add(waiting[firstWaiting]!)) firstWaiting += 1;
    if (firstWaiting * 2 > waiting.length) {
      waiting = waiting.slice(firstWaiting);
      firstWaiting = 0;
    }
  };

  const write = async ({ file, start, end, buffers }: Commit<Waiting>): Promise<void> => {
    const from = file.header ? 0 : start;
    const began = performance.now();
    try {
      await writeAll(file.disk, buffers, from);
    } catch (error) {
      const failure = toStorageError(error, 'The journal could not be written.');
      // On a full disk the place stays good: the next commit is written over what there is of this one.
      if (failure.code !== 'STORAGE_FULL') await abandon(file, start);
      throw failure;
    }
    try {
      await file.disk.datasync();
    } catch (error) {
      await abandon(file, start);
      throw toStorageError(error, 'The journal could not be synced.');
    }
    lastCommitMs = performance.now() - began;
    file.header = null;
    writtenBytes += end - from;
  };

  /**
   * After a failed sync the kernel may show bytes that are not on the disk, and call the next sync a success. So the file
   * is not written again, but for the beginning of what failed: overwritten, it can't be taken for durable by a next process.
   */
  const abandon = async (file: LogFile, failedAt: number): Promise<void> => {
    file.state = 'abandoned';
    await writeAll(file.disk, [zeroBlock], failedAt).catch((error: unknown) => {
      log.error({ err: error }, 'an abandoned journal file could not be marked');
    });
  };

  const failAll = (error: unknown, commit: Commit<Waiting> | null): void => {
    const failure = toStorageError(error, 'The journal failed.');
    const failed = [...(commit?.records ?? []), ...building.records, ...waiting.slice(firstWaiting)];
    log.error({ err: failure, appends: failed.length }, 'journal appends failed');
    waiting = [];
    firstWaiting = 0;
    bytesInFlight = 0;
    if (commit?.file.state === 'abandoned') pool.retire(commit.file, 'abandoned');
    building.begin(commit?.file.state === 'active' ? { file: commit.file, position: commit.start } : null);
    onFailed(failed);
    for (const record of failed) record.reject(failure);
  };

  const settle = ({ file, records }: Commit<Waiting>): void => {
    commits += 1;
    for (const record of records) {
      bytesInFlight -= recordBytes(record.idBytes, record.payload.length);
      onDurable(record, pool.locationOf(file, record.position));
      record.resolve();
    }
  };

  const isIdle = (): boolean => firstWaiting === waiting.length && building.records.length === 0;

  /** Lays out what waits, in a new file where there is no room. */
  const findRoom = async (): Promise<void> => {
    layOut();
    while (building.records.length === 0 && !isIdle()) {
      if (building.file) pool.retire(building.file, 'full');
      building.begin(null);
      building.begin({ file: await pool.acquire(), position: blockBytes });
      layOut();
    }
  };

  /** Sends off what is laid out, if anything is, and begins to lay out what follows. */
  const sendNext = (): { commit: Commit<Waiting>; written: Promise<void> } | null => {
    if (building.records.length === 0) return null;
    const commit = building.take();
    [building, writing] = [writing, building];
    const place = { file: commit.file, position: commit.end };
    building.begin(place, lastCommitMs > quickCommitMs ? maxCommitBytes : quickCommitBytes);
    const written = write(commit);
    layOut();
    return { commit, written };
  };

  /** Commits until there is no more, or no more room in the file. The disk works while answers are given. */
  const commitAll = async (): Promise<void> => {
    let sent: ReturnType<typeof sendNext> = null;
    try {
      await findRoom();
      sent = sendNext();
      while (sent) {
        await sent.written;
        const { commit } = sent;
        sent = sendNext();
        settle(commit);
      }
    } catch (error) {
      failAll(error, sent?.commit ?? null);
    }
    writing.begin(null);
  };

  const start = (): Promise<void> =>
    new Promise((resolve) => {
      const work = async (): Promise<void> => {
        do await commitAll();
        while (!isIdle());
        working = null;
        resolve();
      };
      // What else has arrived by then shares the sync.
      setImmediate(() => void work());
    });

  return {
    /** Goes on in this file, behind what is there. Before the first append. */
    continueIn: (file: LogFile, position: number): void => {
      file.state = 'active';
      building.begin({ file, position });
    },
    /** Resolves when the record is on disk. */
    append(record: R): Promise<void> {
      bytesInFlight += recordBytes(record.idBytes, record.payload.length);
      return new Promise((resolve, reject) => {
        waiting.push(Object.assign(record, { resolve, reject }));
        if (working) layOut();
        else working = start();
      });
    },
    /** Of records that are not answered yet. */
    get bytesInFlight(): number {
      return bytesInFlight;
    },
    idle: (): Promise<void> => working ?? Promise.resolve(),
    counts: () => ({ commits, writtenBytes }),
  };
}

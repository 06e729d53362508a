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

/** Where so much waits, a commit begins at once. */
const fullCommitBytes = 128 << 10;
/** So many begin at once after one that nobody came to share: who waits for each answer is held up once in so many. */
const unsharedCommits = 32;

interface GroupCommitOptions<R> {
  pool: FilePool;
  log: JournalLog;
  /** Least time between the beginnings of two commits. A write and a sync cost as much CPU as all else for a slice does. */
  commitEveryMs: number;
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
  const { pool, log, commitEveryMs, onDurable, onFailed } = options;
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
  let lastBeganAt = -Infinity;
  /** Commits to be begun at once. */
  let hurried = 0;
  /** Ends the wait for those who share the next commit; null where there is none. */
  let endWait: (() => void) | null = null;
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
    lastBeganAt = began;
    try {
      await writeAll(file.disk, buffers, from);
    } catch (error) {
      const failure = toStorageError(error, 'The journal could not be written.');
      file.doubtfulFrom = start;
      // On a full disk the place stays good: the next commit is written over what there is of this one.
      if (failure.code !== 'STORAGE_FULL') file.state = 'abandoned';
      throw failure;
    }
    try {
      await file.disk.datasync();
    } catch (error) {
      // The kernel may now show bytes that are not on the disk, and call the next sync a success: no more goes there.
      file.doubtfulFrom = start;
      file.state = 'abandoned';
      throw toStorageError(error, 'The journal could not be synced.');
    }
    lastCommitMs = performance.now() - began;
    file.header = null;
    file.doubtfulFrom = null;
    writtenBytes += end - from;
  };

  const failAll = (error: unknown, commit: Commit<Waiting> | null): void => {
    const failure = toStorageError(error, 'The journal failed.');
    const failed = [...(commit?.records ?? []), ...building.records, ...waiting.slice(firstWaiting)];
    log.error({ err: failure, appends: failed.length }, 'journal appends failed');
    waiting = [];
    firstWaiting = 0;
    bytesInFlight = 0;
    if (commit?.file.state === 'abandoned') pool.retire(commit.file);
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

  /** How long the next commit is to wait for others to share it. */
  const waitMs = (): number => {
    if (hurried > 0 || bytesInFlight >= fullCommitBytes) return 0;
    return Math.max(0, lastBeganAt + commitEveryMs - performance.now());
  };

  const untilShared = async (ms: number): Promise<void> => {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      endWait = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    endWait = null;
    if (building.records.length + waiting.length - firstWaiting <= 1) hurried = unsharedCommits;
  };

  /** Lays out what waits, in a new file where there is no room. */
  const findRoom = async (): Promise<void> => {
    layOut();
    while (building.records.length === 0 && !isIdle()) {
      if (building.file) pool.retire(building.file);
      building.begin(null);
      building.begin({ file: await pool.acquire(), position: blockBytes });
      layOut();
    }
  };

  /** Sends off what is laid out, if anything is, and begins to lay out what follows. */
  const sendNext = (): { commit: Commit<Waiting>; written: Promise<void> } | null => {
    if (building.records.length === 0) return null;
    hurried = Math.max(0, hurried - 1);
    const commit = building.take();
    [building, writing] = [writing, building];
    const place = { file: commit.file, position: commit.end };
    building.begin(place, lastCommitMs > quickCommitMs ? maxCommitBytes : quickCommitBytes);
    const written = write(commit);
    layOut();
    return { commit, written };
  };

  /**
   * Commits until there is no more, no more room in the file, or what there is may wait for others. The disk works while
   * answers are given.
   */
  const commitAll = async (): Promise<void> => {
    let sent: ReturnType<typeof sendNext> = null;
    try {
      await findRoom();
      sent = sendNext();
      while (sent) {
        await sent.written;
        const { commit } = sent;
        sent = waitMs() > 0 ? null : sendNext();
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
        do {
          const ms = waitMs();
          if (ms > 0) await untilShared(ms);
          await commitAll();
        } while (!isIdle());
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
        if (endWait && bytesInFlight >= fullCommitBytes) endWait();
      });
    },
    /** Of records that are not answered yet. */
    get bytesInFlight(): number {
      return bytesInFlight;
    },
    idle(): Promise<void> {
      endWait?.();
      return working ?? Promise.resolve();
    },
    counts: () => ({ commits, writtenBytes }),
  };
}

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, toStorageError } from '../../errors.ts';
import type { JournalLog } from './contract.ts';
import { type FileHeader, maxDoubtfulEnds, newFileHeader } from './file-header.ts';
import { type JournalFile, type JournalIo, writeAll } from './io.ts';
import type { LogFile } from './log-file.ts';
import { unitBytes } from './record.ts';

/** Free files kept beside the active one; more are deleted, so that a busy day's disk comes back. */
const maxFreeFiles = 4;
/**
 * Written and synced at once while a file is prepared, and how long the disk is then left to others. All at once, it held up every
 * sync on the machine for a third of a second, the database's in the main thread among them.
 */
const prepareStepBytes = 1 << 20;
const prepareRestMs = 25;
const preparingSuffix = '.preparing';
const fileName = /^(\d{8})\.journal$/;

interface FilePoolOptions {
  dir: string;
  io: JournalIo;
  log: JournalLog;
  maxFileBytes: number;
  maxTotalBytes: number;
}

/** Not at all once somebody waits. */
async function rest(waitedFor: AbortSignal): Promise<void> {
  if (waitedFor.aborted) return;
  await sleep(prepareRestMs, undefined, { signal: waitedFor, ref: false }).catch(() => {});
}

export type FilePool = ReturnType<typeof createFilePool>;

/** The journal's files: prepared ahead, begun anew once all they hold is released, bounded in number. */
export function createFilePool({ dir, io, log, maxFileBytes, maxTotalBytes }: FilePoolOptions) {
  const slots: (LogFile | null)[] = [];
  const free: LogFile[] = [];
  /** A location is a slot and a unit in it; all slots are as long as the longest file. */
  let slotUnits = maxFileBytes / unitBytes;
  let fileBytes = 0;
  let lastNumber = 0;
  let lastGeneration = 0;
  let preparing: Promise<void> | null = null;
  /** Ends the rests of a preparation: somebody waits for the file. */
  let hurry: AbortController | null = null;
  let closing = false;
  const removals = new Map<LogFile, Promise<void>>();

  const add = (name: string, disk: JournalFile, bytes: number): LogFile => {
    const vacant = slots.indexOf(null);
    const slot = vacant === -1 ? slots.length : vacant;
    const file: LogFile = {
      slot,
      path: join(dir, name),
      bytes,
      disk,
      generation: 0,
      seed: 0,
      state: 'full',
      doubtfulFrom: null,
      header: null,
      live: 0,
      readers: 0,
    };
    slots[slot] = file;
    fileBytes += bytes;
    return file;
  };

  const remove = (file: LogFile): void => {
    slots[file.slot] = null;
    fileBytes -= file.bytes;
    const removal = (async () => {
      await file.disk.close();
      await io.remove(file.path);
      removals.delete(file);
    })()
      // It stays among those that are doubtful: the next process will find it.
      .catch((error: unknown) => log.warn({ err: error }, 'a journal file was not removed'));
    removals.set(file, removal);
  };

  const recycleIfUnused = (file: LogFile): void => {
    if (file.live > 0 || file.readers > 0 || file.state === 'active' || file.state === 'free') return;
    const reusable = file.state === 'full' && file.bytes === maxFileBytes && free.length < maxFreeFiles;
    file.state = 'free';
    if (reusable) free.push(file);
    else remove(file);
  };

  /** What the headers of later files must say of those that are there, or may be. */
  const doubtfulEnds = (): Map<number, number> => {
    const ends = new Map<number, number>();
    for (const file of [...slots, ...removals.keys()]) {
      if (file && file.doubtfulFrom !== null) ends.set(file.generation, file.doubtfulFrom);
    }
    return ends;
  };

  /** Makes a file whose every block is written, so that later syncs have no metadata to write. */
  const prepare = async (waitedFor: AbortSignal): Promise<void> => {
    if (fileBytes + maxFileBytes > maxTotalBytes || (slots.length + 1) * slotUnits > 2 ** 32) {
      throw new AppError('STORAGE_FULL', 'The journal has reached its size limit.');
    }
    lastNumber += 1;
    const name = `${String(lastNumber).padStart(8, '0')}.journal`;
    const path = join(dir, name);
    let disk: JournalFile | null = null;
    try {
      if ((await io.freeBytes(dir)) < maxFileBytes) throw new AppError('STORAGE_FULL', 'The disk is full.');
      disk = await io.open(path + preparingSuffix);
      const zeros = Buffer.alloc(Math.min(prepareStepBytes, maxFileBytes));
      for (let at = 0; at < maxFileBytes; at += zeros.length) {
        if (closing) throw new AppError('DRAINING', 'The journal is closing.');
        await writeAll(disk, [zeros.subarray(0, maxFileBytes - at)], at);
        await disk.datasync();
        if (at + zeros.length < maxFileBytes) await rest(waitedFor);
      }
      await io.rename(path + preparingSuffix, path);
      await io.syncDir(dir);
    } catch (error) {
      await disk?.close().catch(() => {});
      // Gives the space back to those who can still use it.
      await Promise.allSettled([io.remove(path + preparingSuffix), io.remove(path)]);
      throw toStorageError(error, 'A journal file could not be prepared.');
    }
    recycleIfUnused(add(name, disk, maxFileBytes));
  };

  const prepareOnce = (): Promise<void> => {
    if (preparing) return preparing;
    hurry = new AbortController();
    preparing = prepare(hurry.signal).finally(() => {
      preparing = null;
      hurry = null;
    });
    return preparing;
  };

  /** Prepares the next file while there is time. A failure shows when the file is needed. */
  const prepareSpare = (): void => {
    if (free.length > 0 || preparing || closing) return;
    prepareOnce().catch((error: unknown) => {
      if (!closing) log.warn({ err: error }, 'no spare journal file');
    });
  };

  return {
    prepareSpare,
    /** What is on the disk, oldest generation first; of generation 0 are those that hold nothing. Unfinished ones are deleted. */
    async find(readHeader: (disk: JournalFile) => Promise<FileHeader | null>): Promise<LogFile[]> {
      await io.makeDir(dir);
      // The process before may have died between making a file and syncing its entry.
      await io.syncDir(dir);
      const found: LogFile[] = [];
      const ends = new Map<number, number>();
      for (const name of (await io.list(dir)).toSorted()) {
        if (name.endsWith(preparingSuffix)) await io.remove(join(dir, name));
        const number = fileName.exec(name)?.[1];
        if (number === undefined) continue;
        lastNumber = Math.max(lastNumber, Number(number));
        const disk = await io.open(join(dir, name));
        const file = add(name, disk, await disk.size());
        const header = await readHeader(disk);
        found.push(Object.assign(file, header?.identity));
        for (const [generation, end] of header?.doubtfulEnds ?? []) ends.set(generation, end);
        lastGeneration = Math.max(lastGeneration, file.generation);
        slotUnits = Math.max(slotUnits, Math.ceil(file.bytes / unitBytes));
      }
      for (const file of found) {
        file.doubtfulFrom = ends.get(file.generation) ?? null;
        if (file.doubtfulFrom !== null) file.state = 'abandoned';
      }
      return found.toSorted((a, b) => a.generation - b.generation);
    },
    /** A file begun anew, active from now on. Rejects with `STORAGE_FULL` or `STORAGE_FAILED`. */
    async acquire(): Promise<LogFile> {
      const ends = doubtfulEnds();
      if (ends.size > maxDoubtfulEnds) throw new AppError('STORAGE_FAILED', 'Too many commits have failed.');
      let file = free.pop();
      while (!file) {
        const prepared = prepareOnce();
        hurry?.abort();
        await prepared;
        file = free.pop();
      }
      prepareSpare();
      lastGeneration += 1;
      const { block, identity } = newFileHeader(lastGeneration, ends);
      return Object.assign(file, identity, { header: block, state: 'active' as const });
    },
    /** No more commits go there. */
    retire(file: LogFile): void {
      file.state = file.doubtfulFrom === null ? 'full' : 'abandoned';
      recycleIfUnused(file);
    },
    locationOf: (file: LogFile, position: number): number => file.slot * slotUnits + position / unitBytes,
    placeOf(location: number): { file: LogFile; position: number } {
      const file = slots[Math.floor(location / slotUnits)];
      if (!file) throw new Error(`No journal file has location ${location}`);
      return { file, position: (location % slotUnits) * unitBytes };
    },
    recycleIfUnused,
    counts: () => ({ files: slots.length - slots.filter((file) => file === null).length, fileBytes }),
    async close(): Promise<void> {
      closing = true;
      hurry?.abort();
      await preparing?.catch(() => {});
      await Promise.all(removals.values());
      for (const file of slots) await file?.disk.close();
    },
  };
}

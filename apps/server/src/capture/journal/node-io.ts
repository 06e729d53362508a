import { constants, read, readSync } from 'node:fs';
import { open, readdir, rename, rm, statfs, type FileHandle } from 'node:fs/promises';
import { makeDirDurably, syncDir } from '../../sync-dir.ts';
import type { JournalFile, JournalIo } from './io.ts';

/**
 * Linux syncs each write itself where the file is opened so: half the calls, and half the waits for a thread and for the event loop. Elsewhere
 * that promises less than a sync (on macOS it leaves the bytes in the disk's cache).
 */
const syncsWrites = process.platform === 'linux';
const openFlags = constants.O_RDWR | constants.O_CREAT | (syncsWrites ? constants.O_DSYNC : 0);

/** The machine's own disk. */
export function createNodeIo(): JournalIo {
  return {
    makeDir: makeDirDurably,
    list: (dir) => readdir(dir),
    rename,
    remove: (path) => rm(path, { force: true }),
    syncDir,
    async open(path) {
      return asJournalFile(await open(path, openFlags, 0o600));
    },
    async freeBytes(dir) {
      const { bavail, bsize } = await statfs(dir);
      return bavail * bsize;
    },
  };
}

function asJournalFile(handle: FileHandle): JournalFile {
  let reads = 0;
  let allRead = () => {};

  const readWith = (into: Uint8Array, position: number): Promise<number> =>
    new Promise((resolve, reject) => {
      // A handle that is closed has no descriptor: this throws then, and reads nothing of whoever has its number now.
      read(handle.fd, into, 0, into.length, position, (error, bytesRead) => {
        reads -= 1;
        if (reads === 0) allRead();
        if (error) reject(error);
        else resolve(bytesRead);
      });
      reads += 1;
    });

  return {
    size: async () => (await handle.stat()).size,
    // A chunk is read in many pieces, and the handle's own `read` costs a good deal more than the call that it wraps.
    read: readWith,
    readNow: (into, position) => readSync(handle.fd, into, 0, into.length, position),
    writev: async (buffers, position) => (await handle.writev(buffers, position)).bytesWritten,
    datasync: async () => {
      if (!syncsWrites) await handle.datasync();
    },
    async close() {
      if (reads > 0) await new Promise<void>((resolve) => (allRead = resolve));
      await handle.close();
    },
  };
}

import { constants } from 'node:fs';
import { open, readdir, rename, rm, statfs } from 'node:fs/promises';
import { makeDirDurably, syncDir } from '../../sync-dir.ts';
import type { JournalIo } from './io.ts';

/** The machine's own disk. */
export function createNodeIo(): JournalIo {
  return {
    makeDir: makeDirDurably,
    list: (dir) => readdir(dir),
    rename,
    remove: (path) => rm(path, { force: true }),
    syncDir,
    async open(path) {
      const handle = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
      return {
        size: async () => (await handle.stat()).size,
        read: async (into, position) => (await handle.read(into, 0, into.length, position)).bytesRead,
        writev: async (buffers, position) => (await handle.writev(buffers, position)).bytesWritten,
        datasync: () => handle.datasync(),
        close: () => handle.close(),
      };
    },
    async freeBytes(dir) {
      const { bavail, bsize } = await statfs(dir);
      return bavail * bsize;
    },
  };
}

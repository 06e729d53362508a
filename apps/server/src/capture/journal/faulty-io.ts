import { basename, join } from 'node:path';
import { type JournalFile, type JournalIo, writeAll } from './io.ts';

/** A disk each of whose syncs waits for `delay` besides. */
export function slowSync(io: JournalIo, delay: () => Promise<void>): JournalIo {
  return withFiles(io, (file) => ({
    ...file,
    async datasync() {
      await file.datasync();
      await delay();
    },
  }));
}

/** A disk that says that it has synced, and has not: what a check for loss must notice. */
export function withoutSync(io: JournalIo): JournalIo {
  return withFiles(io, (file) => ({ ...file, datasync: async () => {} }));
}

/**
 * Keeps in `mirrorDir` what would be left of the journal's folder if power were lost at this moment: a copy without anything
 * written after a file's last completed sync. A killed process leaves the page cache, and so proves nothing about syncs;
 * opening the mirror after the kill does.
 */
export function mirrorSynced(io: JournalIo, mirrorDir: string): JournalIo {
  const inMirror = (path: string): string => join(mirrorDir, basename(path));
  return {
    ...io,
    async makeDir(dir) {
      await io.makeDir(dir);
      await io.makeDir(mirrorDir);
    },
    async rename(from, to) {
      await io.rename(from, to);
      await io.rename(inMirror(from), inMirror(to));
    },
    async remove(path) {
      await io.remove(path);
      await io.remove(inMirror(path));
    },
    async open(path) {
      return mirrored(await io.open(path), await io.open(inMirror(path)));
    },
  };
}

function mirrored(file: JournalFile, mirror: JournalFile): JournalFile {
  let unsynced: { position: number; bytes: Buffer }[] = [];
  return {
    ...file,
    async writev(buffers, position) {
      const written = await file.writev(buffers, position);
      unsynced.push({ position, bytes: Buffer.concat(buffers).subarray(0, written) });
      return written;
    },
    async datasync() {
      const synced = unsynced;
      unsynced = [];
      await file.datasync();
      for (const { position, bytes } of synced) await writeAll(mirror, [bytes], position);
    },
    async close() {
      await file.close();
      await mirror.close();
    },
  };
}

function withFiles(io: JournalIo, change: (file: JournalFile) => JournalFile): JournalIo {
  return { ...io, open: async (path) => change(await io.open(path)) };
}

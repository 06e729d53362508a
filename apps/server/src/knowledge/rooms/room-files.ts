import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { makeDirDurably } from '../../sync-dir.ts';

/** Folders that rooms are spread over: none has more than a few thousand files. */
const shards = 256;

function folderOf(dir: string, meetingId: string): string {
  return join(dir, (crc32(meetingId) % shards).toString(16).padStart(2, '0'));
}

/** The file of a meeting's room. */
export function roomPath(dir: string, meetingId: string): string {
  return join(folderOf(dir, meetingId), meetingId);
}

export type RoomFiles = ReturnType<typeof createRoomFiles>;

/** Where each meeting's room lies, under one folder. */
export function createRoomFiles(dir: string) {
  const made = new Set<string>();
  const pathOf = (meetingId: string) => roomPath(dir, meetingId);
  return {
    pathOf,

    /** The path of a room that is about to be written. */
    async prepare(meetingId: string): Promise<string> {
      const folder = folderOf(dir, meetingId);
      if (!made.has(folder)) await makeDirDurably(folder);
      made.add(folder);
      return pathOf(meetingId);
    },

    async remove(meetingId: string): Promise<void> {
      const path = pathOf(meetingId);
      await rm(path, { force: true });
      await rm(`${path}.partial`, { force: true });
    },

    /** The meetings that have files, folder by folder; what a crash left half written counts too. */
    async *list(): AsyncGenerator<string[]> {
      for (const folder of await readdir(dir).catch(() => [])) {
        const names = await readdir(join(dir, folder)).catch(() => []);
        yield [...new Set(names.map((name) => name.replace(/\.partial$/, '')))];
      }
    },
  };
}

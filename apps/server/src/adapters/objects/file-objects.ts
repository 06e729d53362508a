import { randomUUID } from 'node:crypto';
import { type FileHandle, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError, toStorageError } from '../../errors.ts';
import type { Objects } from './contract.ts';
import { checkKey, checkPrefix } from './object-key.ts';
import { makeDirDurably, syncDir } from '../../sync-dir.ts';

/** Ends every object's file name. No key has it, so that `a` and `a/b` can both be objects. */
const objectSuffix = '~';
/** A folder may be removed, being empty, between its making and the rename into it. */
const renameAttempts = 3;

/** Objects as files: written whole beside, synced, then renamed to their place. */
export function createFileObjects(dir: string): Objects {
  const storeDir = join(dir, 'store');
  const incomingDir = join(dir, 'incoming');
  const pathOf = (key: string): string => join(storeDir, key) + objectSuffix;
  let prepared: Promise<void> | null = null;

  /** Once, before the first write: what a crash left half written is removed. */
  const prepare = (): Promise<void> => {
    prepared ??= (async () => {
      await rm(incomingDir, { recursive: true, force: true });
      await makeDirDurably(incomingDir);
    })().catch((error: unknown) => {
      prepared = null;
      throw error;
    });
    return prepared;
  };

  const place = async (incoming: string, path: string): Promise<void> => {
    for (let attempt = 1; ; attempt += 1) {
      await makeDirDurably(dirname(path));
      try {
        await rename(incoming, path);
        return await syncDir(dirname(path));
      } catch (error) {
        if (!isMissing(error) || attempt === renameAttempts) throw error;
      }
    }
  };

  return {
    async put(key, bytes) {
      checkKey(key);
      await asStorage(prepare());
      const incoming = join(incomingDir, randomUUID());
      try {
        await writeFile(incoming, bytes);
        await asStorage(place(incoming, pathOf(key)));
      } catch (error) {
        await rm(incoming, { force: true });
        throw error;
      }
    },
    async read(key, start, end) {
      checkKey(key);
      const handle = await openObject(pathOf(key));
      try {
        const { size } = await handle.stat();
        const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - start));
        const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
        return bytes.subarray(0, bytesRead);
      } catch (error) {
        throw toStorageError(error, 'An object could not be read.');
      } finally {
        await handle.close();
      }
    },
    async size(key) {
      checkKey(key);
      try {
        return (await stat(pathOf(key))).size;
      } catch (error) {
        if (isMissing(error)) return null;
        throw toStorageError(error, 'An object could not be looked up.');
      }
    },
    async removeAll(prefix) {
      checkPrefix(prefix);
      const slash = prefix.lastIndexOf('/');
      const parent = slash === -1 ? storeDir : join(storeDir, prefix.slice(0, slash));
      return asStorage(removeIn(parent, prefix.slice(slash + 1)));
    },
  };
}

/** Removes the objects below a folder whose names begin so, and the folders that are empty then. */
async function removeIn(dir: string, beginning: string): Promise<{ objects: number; bytes: number }> {
  const removed = { objects: 0, bytes: 0 };
  const entries = await readdir(dir, { withFileTypes: true }).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  for (const entry of entries) {
    if (!entry.name.startsWith(beginning)) continue;
    const path = join(dir, entry.name);
    if (entry.isDirectory()) {
      const inside = await removeIn(path, '');
      removed.objects += inside.objects;
      removed.bytes += inside.bytes;
      // Something may have been put there meanwhile.
      await rmdir(path).catch(() => {});
    } else {
      removed.bytes += (await stat(path)).size;
      removed.objects += 1;
      await rm(path);
    }
  }
  if (entries.length > 0) await syncDir(dir);
  return removed;
}

async function writeFile(path: string, bytes: AsyncIterable<Uint8Array> | Uint8Array): Promise<void> {
  const handle = await asStorage(open(path, 'wx', 0o600));
  try {
    if (bytes instanceof Uint8Array) await asStorage(handle.writeFile(bytes));
    else for await (const piece of bytes) await asStorage(handle.writeFile(piece));
    await asStorage(handle.sync());
  } finally {
    await handle.close();
  }
}

async function openObject(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (isMissing(error)) throw new AppError('NOT_FOUND', 'There is no such object.', { cause: error });
    throw toStorageError(error, 'An object could not be opened.');
  }
}

async function asStorage<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw toStorageError(error, 'An object could not be stored.');
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

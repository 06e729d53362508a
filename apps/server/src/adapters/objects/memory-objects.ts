import { AppError } from '../../errors.ts';
import type { Objects } from './contract.ts';
import { checkKey, checkPrefix } from './object-key.ts';

/** Keeps every promise of the contract but survival: for tests. */
export function createMemoryObjects(): Objects {
  const objects = new Map<string, Uint8Array>();
  return {
    async put(key, bytes) {
      checkKey(key);
      const pieces: Uint8Array[] = [];
      if (bytes instanceof Uint8Array) pieces.push(bytes);
      else for await (const piece of bytes) pieces.push(Uint8Array.from(piece));
      objects.set(key, Uint8Array.from(Buffer.concat(pieces)));
    },
    async read(key, start, end) {
      checkKey(key);
      const bytes = objects.get(key);
      if (!bytes) throw new AppError('NOT_FOUND', 'There is no such object.');
      return bytes.slice(start, Math.max(start, end));
    },
    async size(key) {
      checkKey(key);
      return objects.get(key)?.length ?? null;
    },
    async removeAll(prefix) {
      checkPrefix(prefix);
      const removed = [...objects].filter(([key]) => key.startsWith(prefix));
      for (const [key] of removed) objects.delete(key);
      return { objects: removed.length, bytes: removed.reduce((sum, [, { length }]) => sum + length, 0) };
    },
  };
}

import type { Objects } from './contract.ts';

/** Where sizes are kept; any may be dropped at any time. */
export interface SizeCache {
  get(key: string): { bytes: number } | undefined;
  set(key: string, size: { bytes: number }): unknown;
  delete(key: string): unknown;
  clear(): void;
}

/** The same objects, whose sizes are asked for once: players ask for a recording's with every range. */
export function cacheSizes(objects: Objects, sizes: SizeCache): Objects {
  return {
    ...objects,
    async put(key, bytes) {
      // Before and after: what is asked for while it is written is not to stay.
      sizes.delete(key);
      await objects.put(key, bytes).finally(() => sizes.delete(key));
    },
    async size(key) {
      const known = sizes.get(key);
      if (known) return known.bytes;
      const bytes = await objects.size(key);
      if (bytes !== null) sizes.set(key, { bytes });
      return bytes;
    },
    async removeAll(prefix) {
      const removed = await objects.removeAll(prefix);
      sizes.clear();
      return removed;
    },
  };
}

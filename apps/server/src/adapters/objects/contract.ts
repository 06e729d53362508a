/**
 * Immutable bytes under a key: parts of tracks, later documents. A `put` that has resolved survives power loss, and
 * nobody ever sees half an object. Keys are `/`-separated, of letters, digits, `-`, `_` and `.`.
 */
export interface Objects {
  /**
   * Writes the object whole; replaces one of the same key. A piece is looked at no more once the next is asked for. Rejects with
   * `STORAGE_FULL` or `STORAGE_FAILED`.
   */
  put(key: string, bytes: AsyncIterable<Uint8Array> | Uint8Array): Promise<void>;
  /** Bytes [start, end) of the object; fewer where it ends before. Rejects with `NOT_FOUND`. */
  read(key: string, start: number, end: number): Promise<Uint8Array>;
  /** Size in bytes; null where there is none. */
  size(key: string): Promise<number | null>;
  /** Removes every object whose key begins with the prefix; says how many and how many bytes. */
  removeAll(prefix: string): Promise<{ objects: number; bytes: number }>;
}

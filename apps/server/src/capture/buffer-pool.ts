/** Room for most chunks: 15 s at the usual rate. */
const bufferBytes = 64 * 1024;
/** As many chunks as are with an engine at once. */
const maxKept = 64;

/**
 * Memory for what is held for a moment, hundreds of times a second: thrown away each time, it brings V8 to collect the whole
 * heap more often.
 */
export function createBufferPool() {
  const kept: Uint8Array[] = [];
  /** So many have lain here since the last trim. */
  let unused = 0;

  return {
    /** Lends memory of `bytes` or more until `work` has ended. Whoever goes on reading it then reads something else. */
    async use<T>(bytes: number, work: (buffer: Uint8Array) => Promise<T>): Promise<T> {
      if (bytes > bufferBytes) return work(new Uint8Array(bytes));
      const buffer = kept.pop() ?? new Uint8Array(bufferBytes);
      unused = Math.min(unused, kept.length);
      try {
        return await work(buffer);
      } finally {
        if (kept.length < maxKept) kept.push(buffer);
      }
    },
    /** Lets go of what was not needed since the last time. To be called now and then. */
    trim(): void {
      kept.length -= unused;
      unused = kept.length;
    },
    get keptBytes(): number {
      return kept.length * bufferBytes;
    },
  };
}

export interface BufferPool {
  /** Memory of `bytes` or more, to be given back. */
  take(bytes: number): Uint8Array;
  /** It is somebody else's from here on. */
  giveBack(buffer: Uint8Array): void;
  /** Lends memory of `bytes` or more until `work` has ended. Whoever goes on reading it then reads something else. */
  use<T>(bytes: number, work: (buffer: Uint8Array) => Promise<T>): Promise<T>;
  /** Lets go of what was not needed since the last time. To be called now and then. */
  trim(): void;
  /** What lies here unused. */
  readonly keptBytes: number;
}

export interface BufferPoolOptions {
  /** Of each buffer; what asks for more is given memory of its own. */
  bufferBytes: number;
  maxKept: number;
}

/**
 * Memory for what is held for a moment, hundreds of times a second: thrown away each time, it brings V8 to collect the whole
 * heap more often, and lies about until then.
 */
export function createBufferPool({ bufferBytes, maxKept }: BufferPoolOptions): BufferPool {
  const kept: Uint8Array[] = [];
  /** So many have lain here since the last trim. */
  let unused = 0;

  const take = (bytes: number): Uint8Array => {
    if (bytes > bufferBytes) return new Uint8Array(bytes);
    const buffer = kept.pop() ?? new Uint8Array(bufferBytes);
    unused = Math.min(unused, kept.length);
    return buffer;
  };

  const giveBack = (buffer: Uint8Array): void => {
    if (buffer.length === bufferBytes && kept.length < maxKept) kept.push(buffer);
  };

  return {
    take,
    giveBack,
    async use(bytes, work) {
      const buffer = take(bytes);
      try {
        return await work(buffer);
      } finally {
        giveBack(buffer);
      }
    },
    trim() {
      kept.length -= unused;
      unused = kept.length;
    },
    get keptBytes() {
      return kept.length * bufferBytes;
    },
  };
}

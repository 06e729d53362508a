/** Chunks whose sound may be what an engine falls over, told from those that an outage met. */
export interface Suspects {
  /** An engine pushed this chunk back. True where others have passed since the last time it did: then it is the chunk. */
  accuse(chunkId: string): boolean;
  /** A chunk got through. */
  passed(chunkId: string): void;
  forget(chunkId: string): void;
}

const maxSuspects = 1000;

/**
 * An outage meets every chunk, a poisonous sound only its own: a chunk that is pushed back again after others got through
 * is charged with it. Through an outage nothing gets through, so no chunk is.
 */
export function createSuspects(): Suspects {
  const passesWhenAccused = new Map<string, number>();
  let passes = 0;
  return {
    accuse(chunkId) {
      const before = passesWhenAccused.get(chunkId);
      passesWhenAccused.delete(chunkId);
      passesWhenAccused.set(chunkId, passes);
      if (passesWhenAccused.size > maxSuspects) passesWhenAccused.delete(passesWhenAccused.keys().next().value!);
      return before !== undefined && passes > before;
    },
    passed(chunkId) {
      passes += 1;
      passesWhenAccused.delete(chunkId);
    },
    forget: (chunkId) => void passesWhenAccused.delete(chunkId),
  };
}

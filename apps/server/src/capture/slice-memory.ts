import type { BufferPool } from '../buffer-pool.ts';

/** A larger slice, of a backlog, stays in the memory that it came in. */
const maxSharedBytes = 16 * 1024;

interface Slab {
  memory: Uint8Array;
  used: number;
  /** Slices in it that are held. */
  held: number;
}

export type SliceMemory = ReturnType<typeof createSliceMemory>;

/**
 * Where slices wait until they are answered: many in one buffer, which is used again once none of them is held any more.
 *
 * The network gives each a Buffer of its own. One that waits for longer than V8's cheap collections are apart, as all do once the event loop is
 * late, is moved to the old generation and brings on collections of the whole heap: with 5000 recorders and both cores full one a second, half as
 * many with this.
 */
export function createSliceMemory(pool: BufferPool) {
  const slabs = new Map<ArrayBufferLike, Slab>();
  let current: Slab | null = null;

  const withRoomFor = (bytes: number): Slab => {
    if (current && current.used + bytes <= current.memory.length) return current;
    current = { memory: pool.take(maxSharedBytes), used: 0, held: 0 };
    slabs.set(current.memory.buffer, current);
    return current;
  };

  return {
    /** The same bytes, in memory that is theirs until `release`. */
    hold(bytes: Uint8Array): Uint8Array {
      if (bytes.length > maxSharedBytes) return bytes;
      const slab = withRoomFor(bytes.length);
      const held = slab.memory.subarray(slab.used, slab.used + bytes.length);
      held.set(bytes);
      slab.used += bytes.length;
      slab.held += 1;
      return held;
    },
    /** To be called once for what `hold` gave. */
    release(held: Uint8Array): void {
      const slab = slabs.get(held.buffer);
      if (!slab) return;
      slab.held -= 1;
      if (slab.held > 0) return;
      if (slab === current) current = null;
      slabs.delete(held.buffer);
      pool.giveBack(slab.memory);
    },
  };
}

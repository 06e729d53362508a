import type { Response } from '@hansard/headroom';

export interface PressureResponseOptions {
  budgetBytes: number;
  heldBytes: () => number;
  /** Room by room, the oldest first: lets it go if it is idle and needn't be written. Gives the bytes let go, or 0. */
  evictClean: () => Iterator<number>;
  /** Lets the oldest idle room go, and writes it first if need be. Gives the bytes let go; 0 where there is none. */
  evictOldest: () => Promise<number>;
}

/** Rooms that are looked at in one step; a slice has many steps. */
const roomsPerStep = 64;
/** Of the budget: where less than this is held, rooms may still come up to its share. */
const leastBaseline = 0.25;

/**
 * What rooms give when memory is short: a quarter of their bytes at warning, half at critical, all that are idle in an
 * emergency, the least recently used first. They don't refill above that before the level is left.
 */
export function createPressureResponse({ budgetBytes, heldBytes, evictClean, evictOldest }: PressureResponseOptions) {
  let strength = 0;
  /** What was held when memory became short. */
  let baselineBytes = 0;
  let lateBytes = 0;
  let isEvictingLater = false;

  const targetBytes = () => (strength === 0 ? budgetBytes : Math.floor(baselineBytes * (1 - strength)));

  async function evictDirty(): Promise<void> {
    if (isEvictingLater) return;
    isEvictingLater = true;
    try {
      while (heldBytes() > targetBytes()) {
        const bytes = await evictOldest();
        if (bytes === 0) return;
        lateBytes += bytes;
      }
    } finally {
      isEvictingLater = false;
    }
  }

  const response: Response = {
    name: 'rooms',
    strengths: { warning: 0.25, critical: 0.5, emergency: 1 },
    *apply(next) {
      if (strength === 0) baselineBytes = heldBytes();
      strength = Math.min(1, next);
      let freedBytes = lateBytes;
      lateBytes = 0;
      const rooms = evictClean();
      for (let looked = 1; heldBytes() > targetBytes(); looked += 1) {
        const { value, done } = rooms.next();
        if (done === true) break;
        freedBytes += value;
        if (looked % roomsPerStep > 0) continue;
        yield freedBytes;
        freedBytes = 0;
      }
      void evictDirty();
      yield freedBytes;
    },
  };
  return {
    response,
    get isOn(): boolean {
      return strength > 0;
    },
    /** Rooms may hold so much now. */
    get capBytes(): number {
      return strength === 0
        ? budgetBytes
        : Math.floor(Math.max(baselineBytes, budgetBytes * leastBaseline) * (1 - strength));
    },
  };
}

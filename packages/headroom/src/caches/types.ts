import type { LedgerEntry, Response } from '../contracts.ts';

export interface CacheOptions<V> {
  /** This cache's own cap, overhead of entries included. */
  readonly maxBytes: number;
  /** How long an entry is given after it was set; for ever where absent. */
  readonly ttlMs?: number;
  /**
   * What a value (and a long key) holds in bytes: 0 or more. Asked when it is set; of the very
   * value that the key has already, the size stays as it was: `delete` what has grown in place before setting it again.
   */
  sizeOf(value: V, key: string): number;
  /** Where the common budget is short, entries of the lowest priority go first. 0 by default. */
  readonly priority?: number;
  /** Before an emergency, pressure takes nothing from this cache's first bytes: a small hot one stays as it is. 0 by default. */
  readonly spareBelowBytes?: number;
  /** The class under which a key is counted: one of few, always the same for a key. Beyond 20 classes: `other`. */
  keyClass?(key: string): string;
}

export interface Cache<V> {
  readonly name: string;
  /** The value, now the most recently used; undefined where there is none or it has expired. */
  get(key: string): V | undefined;
  /**
   * Keeps the value, and says whether it did: one that is larger than the cap, or than what entries of its priority and
   * below could make room for, is not kept, nor is what the key had before. Throws a RangeError where `sizeOf` gives no size.
   */
  set(key: string, value: V): boolean;
  /** Whether `get` would give one; counts as no use. */
  has(key: string): boolean;
  /** The value; counts as no use, no hit and no miss. */
  peek(key: string): V | undefined;
  /** Also deletes what is pinned. Says whether there was one. */
  delete(key: string): boolean;
  clear(): void;
  /**
   * The value that is there, or the one `loader` gives, which is then kept. All that ask at once share one load. Who aborts
   * its `signal` leaves with the signal's reason; when all have left, the loader's own signal is aborted.
   * A load that `set`, `delete` or `clear` overtook answers those that asked before, and isn't kept.
   */
  load(key: string, loader: (signal: AbortSignal) => Promise<V>, signal?: AbortSignal): Promise<V>;
  /**
   * Keeps what the key has now from being evicted, until what is given back is called (once; again does nothing). It counts
   * towards the caps. Pins add up; without a value, nothing is pinned. A value that expires meanwhile isn't given any more,
   * and its bytes are let go with the last pin.
   */
  pin(key: string): () => void;
  readonly bytes: number;
  readonly keys: number;
  /** `maxBytes`, or less under pressure. */
  readonly capBytes: number;
  /** Hits of all that were asked for; 0 before the first. */
  readonly hitRatio: number;
  stats(): CacheStats;
}

/** Why an entry had to go: its cache's own cap, the common budget, pressure, or its time. */
export type EvictionCause = 'size' | 'budget' | 'pressure' | 'expired';

export interface CacheStats {
  readonly name: string;
  readonly priority: number;
  readonly bytes: number;
  readonly keys: number;
  readonly maxBytes: number;
  readonly capBytes: number;
  readonly pinnedBytes: number;
  readonly hits: number;
  readonly misses: number;
  readonly hitRatio: number;
  readonly evictions: Readonly<Record<EvictionCause, number>>;
  /** Values that were not kept for their size. */
  readonly refused: number;
  readonly loadsInFlight: number;
  /** By `keyClass`; all under `all` where there is none. */
  readonly keysByClass: Readonly<Record<string, number>>;
}

export interface Caches {
  /** Throws where there is one of that name. */
  cache<V extends {}>(name: string, options: CacheOptions<V>): Cache<V>;
  /** Lowers caps and the common budget, and evicts down to them. */
  readonly response: Response;
  readonly bytes: number;
  readonly budgetBytes: number;
  stats(): CacheStats[];
  entries(): LedgerEntry[];
  /**
   * Lets expired entries go, a bounded number at a time (a millisecond or two of work at most), and says how many bytes.
   * Called at each sample, an entry that nobody asks for is let go within twice its time to live.
   */
  sweep(): number;
}

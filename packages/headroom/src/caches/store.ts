import { LRUCache } from 'lru-cache';
import { createKeyClasses } from './key-classes.ts';
import { createLoads } from './loads.ts';
import type { Cache, CacheOptions, CacheStats, EvictionCause } from './types.ts';

/** What all stores share. `totalBytes` is the sum over them: each adds its own changes. */
export interface Budget {
  totalBytes: number;
  /** At or below it there is nothing to ask for or to settle. */
  limitBytes: number;
  /** Whether room for so many more bytes of this store can be had, evicting what may go before them. */
  admits(store: AnyStore, moreBytes: number): boolean;
  /** Evicts what is over, after `store` took an entry in. `beforeBytes` was the total before it did. */
  settle(store: AnyStore, beforeBytes: number): void;
  /** Whether pressure would have this store give, at once. */
  isWanting(store: AnyStore): boolean;
}

/** A cache as the budget sees it. */
export interface AnyStore {
  readonly priority: number;
  readonly maxBytes: number;
  readonly bytes: number;
  readonly pinnedBytes: number;
  /** Entries that may be evicted. */
  readonly loose: number;
  capBytes: number;
  /** What pressure doesn't take below an emergency. */
  readonly spareBelowBytes: number;
  /** Evicts the least recently used entry that isn't pinned; says how many bytes that let go. */
  evictOne(cause: EvictionCause): number;
  /** Lets expired entries go; says how many bytes. */
  sweep(): number;
}

/** An entry in use: kept beside the LRU, so that nothing there can evict it. */
interface Pin<V> {
  value: V;
  bytes: number;
  /** By the store's own clock; Infinity without a time to live. */
  expiresAt: number;
  holders: number;
}

/** A sweep looks at as many entries that are still good, and lets as many go. */
const maxSweepKept = 256;
const maxSweepExpired = 4096;

const nothingHeld = () => {};

/** Throws a RangeError for anything but a number above 0. */
export function checkPositive(value: number, name: string): void {
  if (!(value > 0)) throw new RangeError(`${name} must be above 0, is ${value}`);
}

/** One cache over lru-cache. Its bytes are those of the LRU, which lru-cache counts, and of the pinned entries. */
export function createStore<V extends {}>(
  name: string,
  options: CacheOptions<V>,
  { now, entryOverheadBytes, budget }: { now: () => number; entryOverheadBytes: number; budget: Budget },
): { cache: Cache<V>; store: AnyStore } {
  const { sizeOf, priority = 0, spareBelowBytes = 0 } = options;
  checkPositive(options.maxBytes, 'maxBytes');
  if (options.ttlMs !== undefined) checkPositive(options.ttlMs, 'ttlMs');
  const maxBytes = Math.floor(Math.min(options.maxBytes, Number.MAX_SAFE_INTEGER));
  const ttlMs = Math.ceil(options.ttlMs ?? 0);
  const classes = options.keyClass && createKeyClasses(options.keyClass);
  const loads = createLoads<V>((key, value) => void set(key, value));
  const pins = new Map<string, Pin<V>>();
  const evictions: Record<EvictionCause, number> = { size: 0, budget: 0, pressure: 0, expired: 0 };
  let capBytes = maxBytes;
  let pinnedBytes = 0;
  /** What the LRU held when the budget was last told. */
  let looseBytes = 0;
  let hits = 0;
  let misses = 0;
  let refused = 0;
  let cause: EvictionCause = 'size';
  /** An entry goes between the LRU and the pins: neither new nor gone. */
  let isMoving = false;
  let lru = createLru();

  // lru-cache writes into the options of each call: objects of our own spare it one per call.
  const getOptions: LRUCache.GetOptions<string, V, unknown> = {};
  const setOptions: LRUCache.SetOptions<string, V, unknown> = { size: 1 };

  function createLru() {
    return new LRUCache<string, V>({
      maxSize: maxBytes,
      ttl: ttlMs,
      // At another resolution it sets timers of its own.
      ttlResolution: 0,
      perf: { now },
      ...(classes && {
        onInsert(_value: V, key: string, reason: LRUCache.InsertReason) {
          if (reason === 'add' && !isMoving) classes.add(key);
        },
      }),
      dispose(_value, key, reason) {
        if (reason === 'evict') evictions[cause] += 1;
        else if (reason === 'expire') evictions.expired += 1;
        if (reason !== 'set' && !isMoving) classes?.remove(key);
      },
    });
  }

  /** Tells the budget what the LRU has gained or lost. */
  function tell(): number {
    const change = lru.calculatedSize - looseBytes;
    looseBytes += change;
    budget.totalBytes += change;
    return change;
  }

  function tellPinned(change: number) {
    pinnedBytes += change;
    budget.totalBytes += change;
  }

  function sized(value: V, key: string): number {
    const bytes = sizeOf(value, key);
    if (!(bytes >= 0)) throw new RangeError(`sizeOf of the cache ${name} gave ${bytes}`);
    return Math.max(1, Math.ceil(bytes + entryOverheadBytes));
  }

  function evictOne(why: EvictionCause): number {
    if (lru.size === 0) return 0;
    cause = why;
    lru.pop();
    cause = 'size';
    return -tell();
  }

  /** Room for what came in. What is over a lowered cap already goes in slices; here, no more is evicted than came in. */
  function trim(beforeBytes: number) {
    const target = Math.max(capBytes, beforeBytes);
    const why = capBytes < maxBytes ? 'pressure' : 'size';
    for (let over = looseBytes + pinnedBytes - target; over > 0;) {
      const bytes = evictOne(why);
      if (bytes === 0) return;
      over -= bytes;
    }
  }

  function get(key: string): V | undefined {
    const value = lru.get(key, getOptions);
    if (value === undefined) return getPinned(key);
    hits += 1;
    return value;
  }

  /** Apart, so that `get` is small enough to be inlined. */
  function getPinned(key: string): V | undefined {
    if (ttlMs > 0) tell();
    const pin = livePin(key);
    if (pin === undefined) misses += 1;
    else hits += 1;
    return pin?.value;
  }

  function livePin(key: string): Pin<V> | undefined {
    const pin = pins.get(key);
    return pin !== undefined && now() <= pin.expiresAt ? pin : undefined;
  }

  function set(key: string, value: V): boolean {
    const bytes = sized(value, key);
    if (loads.inFlight > 0) loads.overtake(key);
    const pin = pins.size > 0 ? pins.get(key) : undefined;
    const moreBytes = bytes - (pin?.bytes ?? 0);
    const isShort = budget.totalBytes + moreBytes > budget.limitBytes;
    if (moreBytes > capBytes - pinnedBytes || (isShort && !budget.admits(store, moreBytes))) {
      refused += 1;
      remove(key);
      return false;
    }
    const beforeBytes = looseBytes + pinnedBytes;
    const beforeTotal = budget.totalBytes;
    if (pin === undefined) {
      setOptions.size = bytes;
      lru.set(key, value, setOptions);
      tell();
    } else {
      pin.value = value;
      pin.bytes = bytes;
      pin.expiresAt = ttlMs > 0 ? now() + ttlMs : Infinity;
      tellPinned(moreBytes);
    }
    if (looseBytes + pinnedBytes > capBytes) trim(beforeBytes);
    if (budget.totalBytes > budget.limitBytes) budget.settle(store, beforeTotal);
    return true;
  }

  /** Says whether there was one that had not expired. */
  function remove(key: string): boolean {
    const pin = pins.size > 0 ? pins.get(key) : undefined;
    if (pin === undefined) {
      const was = ttlMs === 0 || lru.has(key);
      const deleted = lru.delete(key) && was;
      tell();
      return deleted;
    }
    const was = livePin(key) !== undefined;
    pins.delete(key);
    classes?.remove(key);
    tellPinned(-pin.bytes);
    return was;
  }

  function hold(key: string): Pin<V> | undefined {
    const held = livePin(key);
    if (held !== undefined) return held;
    const value = lru.peek(key);
    if (value === undefined) return undefined;
    const expiresAt = ttlMs > 0 ? now() + lru.getRemainingTTL(key) : Infinity;
    const pin: Pin<V> = { value, bytes: lru.info(key)?.size ?? 0, expiresAt, holders: 0 };
    isMoving = true;
    lru.delete(key);
    isMoving = false;
    pins.set(key, pin);
    tell();
    tellPinned(pin.bytes);
    return pin;
  }

  /** Back into the LRU as the most recently used, unless its time is over or the room it had is wanted. */
  function letGo(key: string, pin: Pin<V>) {
    pins.delete(key);
    const isOver = looseBytes + pinnedBytes > capBytes || budget.isWanting(store);
    tellPinned(-pin.bytes);
    const isExpired = now() > pin.expiresAt;
    if (isExpired || isOver) {
      evictions[isExpired ? 'expired' : 'pressure'] += 1;
      classes?.remove(key);
      return;
    }
    isMoving = true;
    lru.set(key, pin.value, { size: pin.bytes, ...(ttlMs > 0 && { start: pin.expiresAt - ttlMs }) });
    isMoving = false;
    tell();
  }

  function sweep(): number {
    if (ttlMs === 0 || lru.size === 0) return 0;
    // The least recently used first. All that is before an expired entry has expired a `ttlMs` later, at the latest.
    lru.allowStale = true;
    const keys = lru.rkeys();
    let next = keys.next();
    lru.allowStale = false;
    let kept = 0;
    let expired = 0;
    for (; next.done !== true && kept < maxSweepKept && expired < maxSweepExpired; next = keys.next()) {
      if (lru.getRemainingTTL(next.value) >= 0) {
        kept += 1;
        continue;
      }
      expired += 1;
      lru.delete(next.value);
    }
    evictions.expired += expired;
    return -tell();
  }

  const store: AnyStore = {
    priority,
    maxBytes,
    spareBelowBytes,
    get bytes() {
      return looseBytes + pinnedBytes;
    },
    get pinnedBytes() {
      return pinnedBytes;
    },
    get loose() {
      return lru.size;
    },
    get capBytes() {
      return capBytes;
    },
    set capBytes(bytes) {
      capBytes = bytes;
    },
    evictOne,
    sweep,
  };

  const hitRatio = () => (hits === 0 ? 0 : hits / (hits + misses));
  const keys = () => lru.size + pins.size;

  function stats(): CacheStats {
    return {
      name,
      priority,
      bytes: store.bytes,
      keys: keys(),
      maxBytes,
      capBytes,
      pinnedBytes,
      hits,
      misses,
      hitRatio: hitRatio(),
      evictions: { ...evictions },
      refused,
      loadsInFlight: loads.inFlight,
      keysByClass: classes?.counts() ?? { all: keys() },
    };
  }

  const cache: Cache<V> = {
    name,
    get,
    set,
    has: (key) => lru.has(key) || livePin(key) !== undefined,
    peek: (key) => lru.peek(key) ?? livePin(key)?.value,
    delete(key) {
      loads.overtake(key);
      return remove(key);
    },
    clear() {
      loads.overtakeAll();
      pins.clear();
      classes?.clear();
      // A new one: the old one's tables would stay as large as they were.
      lru = createLru();
      tell();
      tellPinned(-pinnedBytes);
    },
    load(key, loader, signal) {
      const value = get(key);
      return value === undefined ? loads.load(key, loader, signal) : Promise.resolve(value);
    },
    pin(key) {
      const pin = hold(key);
      if (pin === undefined) return nothingHeld;
      pin.holders += 1;
      let isHeld = true;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        pin.holders -= 1;
        if (pin.holders === 0 && pins.get(key) === pin) letGo(key, pin);
      };
    },
    get bytes() {
      return store.bytes;
    },
    get keys() {
      return keys();
    },
    get capBytes() {
      return capBytes;
    },
    get hitRatio() {
      return hitRatio();
    },
    stats,
  };
  return { cache, store };
}

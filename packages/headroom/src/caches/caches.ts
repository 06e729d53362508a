import type { Clock, LedgerEntry, Strengths } from '../contracts.ts';
import { createCoarseNow } from './coarse-now.ts';
import { measuredEntryOverheadBytes, measuredTtlOverheadBytes } from './overhead.ts';
import { type AnyStore, type Budget, checkPositive, createStore } from './store.ts';
import type { Cache, CacheOptions, Caches } from './types.ts';

const strengths: Strengths = { warning: 0.25, critical: 0.5, emergency: 0.95 };

/** Entries between two points at which eviction may be stopped: some tens of microseconds of work. */
const entriesPerStep = 64;

/** Under pressure the budget is a share of what was held when it began; caches that were empty may fill up to this share of their sum. */
const leastBaseline = 0.25;

/** Caches that share one budget of bytes. `entryOverheadBytes` replaces the measured overhead of an entry, ttl or not. */
export function createCaches({
  budgetBytes,
  clock,
  entryOverheadBytes,
}: {
  budgetBytes: number;
  clock: Clock;
  entryOverheadBytes?: number;
}): Caches {
  checkPositive(budgetBytes, 'budgetBytes');
  const now = createCoarseNow(clock);
  const caches = new Map<string, Cache<never>>();
  /** Lowest priority first. */
  const stores: AnyStore[] = [];
  let strength = 0;
  /** What the lowered budget is a share of; meaningless at strength 0. */
  let baselineBytes = 0;

  const floorBytes = (store: AnyStore) =>
    strength > 0 && strength < strengths.emergency ? Math.min(store.spareBelowBytes, store.maxBytes) : 0;

  /** What `store` can't claim of others: what is worth more, pinned or spared. */
  function heldFrom(store: AnyStore): number {
    let bytes = store.pinnedBytes;
    for (const other of stores) {
      if (other === store) continue;
      const spared = Math.max(other.pinnedBytes, Math.min(other.bytes, floorBytes(other)));
      bytes += other.priority > store.priority ? other.bytes : spared;
    }
    return bytes;
  }

  /**
   * Who gives next: of the lowest priority, the cache that is fullest for its size. Not what `newest` has just taken in;
   * under pressure (`isSparing`) not what is spared.
   */
  function pick(newest: AnyStore | null, isSparing: boolean): AnyStore | null {
    let victim: AnyStore | null = null;
    let fill = 0;
    for (const store of stores) {
      if (victim !== null && store.priority > victim.priority) break;
      if (store.loose <= (store === newest ? 1 : 0)) continue;
      if (isSparing && store.bytes <= floorBytes(store)) continue;
      const its = (store.bytes - store.pinnedBytes) / store.maxBytes;
      if (its > fill) {
        victim = store;
        fill = its;
      }
    }
    return victim;
  }

  const budget: Budget = {
    totalBytes: 0,
    limitBytes: budgetBytes,
    admits(store, moreBytes) {
      const isSpared = store.bytes + moreBytes <= floorBytes(store);
      const limitBytes = isSpared ? budgetBytes : budget.limitBytes;
      return budget.totalBytes + moreBytes <= limitBytes || heldFrom(store) + moreBytes <= limitBytes;
    },
    settle(store, beforeBytes) {
      while (budget.totalBytes > budgetBytes) {
        const victim = pick(store, false);
        if (victim === null || victim.evictOne('budget') === 0) break;
      }
      if (strength === 0) return;
      const targetBytes = Math.max(budget.limitBytes, beforeBytes);
      while (budget.totalBytes > targetBytes) {
        const victim = pick(store, true);
        if (victim === null || victim.evictOne('pressure') === 0) break;
      }
    },
    isWanting: (store) => budget.totalBytes > budget.limitBytes && store.bytes > floorBytes(store),
  };

  function setCap(store: AnyStore) {
    store.capBytes = Math.max(floorBytes(store), Math.floor(store.maxBytes * (1 - strength)));
  }

  function setStrength(next: number) {
    if (strength === 0 && next > 0) {
      const sum = stores.reduce((bytes, store) => bytes + store.maxBytes, 0);
      baselineBytes = Math.max(budget.totalBytes, Math.min(budgetBytes, sum) * leastBaseline);
    }
    strength = Math.min(1, Math.max(0, next));
    budget.limitBytes = strength === 0 ? budgetBytes : Math.floor(baselineBytes * (1 - strength));
    for (const store of stores) setCap(store);
  }

  /** Who is over its cap, or gives for the lowered budget; null where all fits. */
  function nextVictim(): AnyStore | null {
    const over = stores.find((store) => store.bytes > store.capBytes && store.loose > 0);
    return over ?? (budget.totalBytes > budget.limitBytes ? pick(null, strength > 0) : null);
  }

  function* evictDown(): Generator<number> {
    let freedBytes = 0;
    let entries = 0;
    for (let victim = nextVictim(); victim !== null; victim = nextVictim()) {
      freedBytes += victim.evictOne('pressure');
      entries += 1;
      if (entries % entriesPerStep > 0) continue;
      yield freedBytes;
      freedBytes = 0;
    }
    if (freedBytes > 0) yield freedBytes;
  }

  return {
    cache<V extends {}>(name: string, options: CacheOptions<V>): Cache<V> {
      if (caches.has(name)) throw new Error(`There is a cache ${name} already`);
      const measured = measuredEntryOverheadBytes + (options.ttlMs === undefined ? 0 : measuredTtlOverheadBytes);
      const parts = { now, entryOverheadBytes: entryOverheadBytes ?? measured, budget };
      const { cache, store } = createStore(name, options, parts);
      caches.set(name, cache as Cache<never>);
      stores.push(store);
      stores.sort((one, other) => one.priority - other.priority);
      setCap(store);
      return cache;
    },
    response: {
      name: 'caches',
      strengths,
      apply(next) {
        setStrength(next);
        return evictDown();
      },
    },
    get bytes() {
      return budget.totalBytes;
    },
    budgetBytes,
    stats: () => Array.from(caches.values(), (cache) => cache.stats()),
    entries: () => Array.from(caches.values(), ({ name, bytes }): LedgerEntry => ({ name, kind: 'cache', bytes })),
    sweep: () => stores.reduce((bytes, store) => bytes + store.sweep(), 0),
  };
}

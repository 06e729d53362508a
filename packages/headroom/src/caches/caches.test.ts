import * as fc from 'fast-check';
import { LRUCache } from 'lru-cache';
import { expect, test } from 'vitest';
import { createFakeClock } from '../testing/index.ts';
import { createCaches, type Cache, type CacheOptions } from './index.ts';

const sizeOf = (value: { bytes: number }) => value.bytes;
type Value = { bytes: number };

function setUp(budgetBytes = 1000, entryOverheadBytes = 0) {
  const clock = createFakeClock();
  const caches = createCaches({ budgetBytes, clock, entryOverheadBytes });
  const cache = (name: string, options: Partial<CacheOptions<Value>> = {}): Cache<Value> =>
    caches.cache<Value>(name, { maxBytes: 1000, sizeOf, ...options });
  return { clock, caches, cache };
}

function fill(cache: Cache<Value>, count: number, bytes: number, prefix = 'k') {
  for (let index = 0; index < count; index += 1) cache.set(`${prefix}${index}`, { bytes });
}

const drain = (steps: Iterable<number>) => Array.from(steps).reduce((sum, bytes) => sum + bytes, 0);

const key = fc.nat(6).map(String);
const at = fc.nat(2);
const strength = fc.constantFrom(0, 0, 0, 0.25, 0.5, 0.95);
/** Mostly what fills caches and pins: else hardly anything is ever set over a pinned entry, or released under pressure. */
const command = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('set' as const), at, key, bytes: fc.nat(250) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('get' as const), at, key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), at, key }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pin' as const), at, key }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('unpin' as const), at, index: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('strength' as const), at, strength, steps: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), at, ms: fc.nat(60) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('sweep' as const), at }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear' as const), at }) },
);

function must(is: unknown, how: '=' | '<=' | '>=', want: unknown) {
  const ok = how === '=' ? is === want : how === '<=' ? Number(is) <= Number(want) : Number(is) >= Number(want);
  if (!ok) throw new Error(`${JSON.stringify(is)} is not ${how} ${JSON.stringify(want)}`);
}

test('[C1] [C2] [C5] budget, caps, ledger and pins hold after any sequence of calls', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 120, size: 'max' }), (commands) => {
      const { clock, caches, cache } = setUp(900, 7);
      const all = [
        cache('low', { maxBytes: 500, priority: -1, ttlMs: 50 }),
        cache('middle', { maxBytes: 600, keyClass: (key) => (key > '3' ? 'late' : 'early') }),
        cache('high', { maxBytes: 700, priority: 1, spareBelowBytes: 100 }),
      ];
      const held = all.map(() => new Map<string, Value>());
      const pins: { in: number; key: string; release: () => void; value: Value }[] = [];
      for (const step of commands) {
        const one = all[step.at]!;
        const values = held[step.at]!;
        if (step.do === 'set') {
          const value = { bytes: step.bytes };
          const before = one.bytes;
          const isKept = one.set(step.key, value);
          must(one.has(step.key), '=', isKept);
          if (isKept) values.set(step.key, value);
          must(one.bytes, '<=', Math.max(one.capBytes, before));
          const its = pins.filter((pin) => pin.in === step.at && pin.key === step.key);
          for (const pin of its) {
            if (isKept) pin.value = value;
            else pins.splice(pins.indexOf(pin), 1);
          }
        } else if (step.do === 'get') {
          const value = one.get(step.key);
          if (value !== undefined) must(value, '=', values.get(step.key));
        } else if (step.do === 'delete' || step.do === 'clear') {
          if (step.do === 'delete') one.delete(step.key);
          else one.clear();
          const isGone = (pin: (typeof pins)[number]) =>
            pin.in === step.at && (step.do === 'clear' || pin.key === step.key);
          pins.splice(0, pins.length, ...pins.filter((pin) => !isGone(pin)));
        } else if (step.do === 'pin' && one.has(step.key)) {
          pins.push({ in: step.at, key: step.key, release: one.pin(step.key), value: values.get(step.key)! });
        } else if (step.do === 'unpin' && pins.length > 0) {
          const [pin] = pins.splice(step.index % pins.length, 1);
          pin!.release();
          pin!.release();
        } else if (step.do === 'strength') {
          const steps = caches.response.apply(step.strength)[Symbol.iterator]();
          for (let taken = 0; taken < step.steps; taken += 1) steps.next();
        } else if (step.do === 'wait') {
          clock.advance(step.ms);
        } else if (step.do === 'sweep') {
          caches.sweep();
        }
        const sum = all.reduce((bytes, cache) => bytes + cache.bytes, 0);
        must(caches.bytes, '=', sum);
        must(caches.bytes, '<=', caches.budgetBytes);
        for (const cache of all) {
          must(cache.bytes, '>=', 0);
          must(cache.bytes, '<=', cache.stats().maxBytes);
          const byClass = Object.values(cache.stats().keysByClass).reduce((count, keys) => count + keys, 0);
          must(byClass, '=', cache.keys);
        }
        for (const pin of pins) {
          if (pin.in > 0) must(all[pin.in]!.get(pin.key), '=', pin.value);
        }
      }
      // What is left is what the ledger says, entry by entry.
      for (const [index, cache] of all.entries()) {
        caches.sweep();
        let bytes = 0;
        for (let name = 0; name <= 6; name += 1) {
          if (cache.has(String(name))) bytes += held[index]!.get(String(name))!.bytes + 7;
        }
        if (index > 0) must(cache.bytes, '=', bytes);
        cache.clear();
        must(cache.bytes, '=', 0);
      }
      must(caches.bytes, '=', 0);
    }),
    { numRuns: 300 },
  );
});

test('[C8] hits, and what is kept, equal lru-cache’s on the same trace', () => {
  const step = fc.record({
    key: fc.nat(30).map(String),
    bytes: fc.integer({ min: 0, max: 250 }),
    isSet: fc.boolean(),
    ms: fc.nat(9),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200, size: 'max' }), fc.boolean(), (trace, hasTtl) => {
      const { clock, cache } = setUp(10_000, 9);
      const ttl = hasTtl ? { ttl: 40, ttlResolution: 0, perf: { now: () => clock.now() + 1 } } : {};
      const theirs = new LRUCache<string, Value>({
        maxSize: 1000,
        sizeCalculation: (value) => value.bytes + 9,
        ...ttl,
      });
      const ours = cache('one', { ...(hasTtl && { ttlMs: 40 }) });
      let hits = 0;
      let asked = 0;
      for (const { key, bytes, isSet, ms } of trace) {
        clock.advance(ms);
        if (isSet) {
          const value = { bytes };
          theirs.set(key, value);
          ours.set(key, value);
        } else {
          asked += 1;
          const value = theirs.get(key);
          if (value !== undefined) hits += 1;
          must(ours.get(key), '=', value);
        }
        must(ours.bytes, '=', theirs.calculatedSize);
        must(ours.keys, '=', theirs.size);
      }
      must(ours.stats().hits, '=', hits);
      must(ours.stats().misses, '=', asked - hits);
      must(ours.hitRatio, '=', hits === 0 ? 0 : hits / asked);
    }),
  );
});

test('[C1] an entry counts with its overhead: measured by default, more with a time to live', () => {
  const caches = createCaches({ budgetBytes: 10_000, clock: createFakeClock() });
  const plain = caches.cache<Value>('plain', { maxBytes: 1000, sizeOf });
  const timed = caches.cache<Value>('timed', { maxBytes: 1000, sizeOf, ttlMs: 10 });
  plain.set('a', { bytes: 0 });
  timed.set('a', { bytes: 0 });
  expect([plain.bytes, timed.bytes]).toEqual([130, 150]);
  expect(caches.entries()).toEqual([
    { name: 'plain', kind: 'cache', bytes: 130 },
    { name: 'timed', kind: 'cache', bytes: 150 },
  ]);
  expect(() => caches.cache('plain', { maxBytes: 1, sizeOf: () => 1 })).toThrow('plain');
});

test('[C3] the least recently used of the lowest priority go first, and never make room for what is worth less', () => {
  const { cache } = setUp(1000);
  const low = cache('low', { priority: 1 });
  const high = cache('high', { priority: 2 });
  fill(low, 5, 100);
  fill(high, 5, 100);
  low.get('k0');
  high.set('new', { bytes: 150 });
  expect(['k0', 'k1', 'k2', 'k3', 'k4'].filter((key) => low.has(key))).toEqual(['k0', 'k3', 'k4']);
  expect(high.keys).toBe(6);
  expect(low.stats().evictions.budget).toBe(2);
  expect(low.set('large', { bytes: 400 })).toBe(false);
  expect(low.keys).toBe(3);
  expect(low.set('fits', { bytes: 350 })).toBe(true);
  expect([low.keys, high.keys]).toEqual([1, 6]);
});

test('[C3] of one priority, the cache that is fullest for its size gives first', () => {
  const { cache } = setUp(1000);
  const large = cache('large', { maxBytes: 1000 });
  const small = cache('small', { maxBytes: 200 });
  fill(small, 2, 100);
  fill(large, 8, 100);
  large.set('one more', { bytes: 100 });
  expect([large.keys, small.keys]).toEqual([9, 1]);
});

test('[C4] a reduced cap holds and rises again; eviction runs in steps that tell their bytes', () => {
  const { caches, cache } = setUp(1_000_000);
  const one = cache('one', { maxBytes: 1_000_000 });
  fill(one, 10_000, 100);
  const steps = Array.from(caches.response.apply(0.25));
  expect(steps.length).toBeGreaterThan(10);
  expect(Math.max(...steps)).toBeLessThanOrEqual(6400);
  expect(steps.reduce((sum, bytes) => sum + bytes, 0)).toBe(250_000);
  expect([one.bytes, one.capBytes]).toEqual([750_000, 750_000]);
  fill(one, 1000, 100, 'more');
  expect(one.bytes).toBe(750_000);
  expect(one.stats().evictions.pressure).toBe(3500);
  expect(drain(caches.response.apply(0.5))).toBe(250_000);
  expect(drain(caches.response.apply(0.1))).toBe(0);
  expect(one.capBytes).toBe(900_000);
  expect(drain(caches.response.apply(0))).toBe(0);
  expect(one.capBytes).toBe(1_000_000);
  fill(one, 10_000, 100);
  expect(one.bytes).toBe(1_000_000);
});

test('[C4] caches that are half empty give their share of what they hold, and don’t grow while eviction is under way', () => {
  const { caches, cache } = setUp(1_000_000);
  const one = cache('one', { maxBytes: 1_000_000 });
  fill(one, 5000, 100);
  const steps = caches.response.apply(0.5)[Symbol.iterator]();
  steps.next();
  const { bytes } = one;
  fill(one, 500, 100, 'more');
  expect(one.bytes).toBe(bytes);
  while (steps.next().done !== true);
  expect(one.bytes).toBe(250_000);
});

test('[C5] pinned entries outlast any pressure, pins add up, and what is released goes when it isn’t wanted', () => {
  const { caches, cache } = setUp(1000);
  const one = cache('one');
  fill(one, 10, 100);
  const releases = [one.pin('k3'), one.pin('k3'), one.pin('k4')];
  drain(caches.response.apply(0.95));
  expect([one.keys, one.bytes, one.stats().pinnedBytes]).toEqual([2, 200, 200]);
  releases[0]!();
  releases[0]!();
  expect(one.get('k3')).toBeDefined();
  expect(one.set('new', { bytes: 100 })).toBe(false);
  releases[1]!();
  expect(one.has('k3')).toBe(false);
  drain(caches.response.apply(0));
  releases[2]!();
  fill(one, 10, 100, 'more');
  expect(one.has('k4')).toBe(false);
  expect(one.pin('absent')).toBeTypeOf('function');
});

test('[C5] what is released goes where the common budget is short, though its own cache is below its cap', () => {
  const { caches, cache } = setUp(1000);
  const [low, high] = [cache('low'), cache('high', { priority: 1 })];
  fill(low, 2, 100);
  fill(high, 2, 100);
  const releases = [low.pin('k0'), low.pin('k1'), high.pin('k0'), high.pin('k1')];
  drain(caches.response.apply(0.5));
  expect(caches.bytes).toBe(400);
  for (const release of releases) release();
  expect(caches.bytes).toBe(200);
  expect([low.keys, high.keys]).toEqual([0, 2]);
});

test('[C5] what is larger than the cap is not kept, nor is what the key had; no size is an error', () => {
  const { cache } = setUp(5000);
  const one = cache('one');
  expect(one.set('a', { bytes: 1000 })).toBe(true);
  expect(one.set('a', { bytes: 1001 })).toBe(false);
  expect(one.set('a', { bytes: Infinity })).toBe(false);
  expect([one.get('a'), one.bytes, one.stats().refused]).toEqual([undefined, 0, 2]);
  expect(() => one.set('a', { bytes: Number.NaN })).toThrow(RangeError);
  expect(() => one.set('a', { bytes: -1 })).toThrow('one gave -1');
  expect(() => cache('two', { maxBytes: 0 })).toThrow('maxBytes');
});

test('[C6] expired entries are not given, and a sweep lets their bytes go, also behind ones that are still good', () => {
  const { clock, caches, cache } = setUp(10_000);
  const one = cache('one', { ttlMs: 100, maxBytes: 10_000 });
  one.set('hot', { bytes: 10 });
  clock.advance(50);
  fill(one, 3, 100);
  const release = one.pin('k1');
  one.get('hot');
  clock.advance(60);
  expect(one.has('hot')).toBe(false);
  expect(one.bytes).toBe(310);
  expect(caches.sweep()).toBe(10);
  expect(one.get('k0')).toBeDefined();
  clock.advance(60);
  expect(one.get('k1')).toBeUndefined();
  expect(caches.sweep()).toBe(200);
  expect(one.bytes).toBe(100);
  release();
  expect([one.bytes, one.keys, one.stats().evictions.expired]).toEqual([0, 0, 4]);
});

test('[C6] a pin does not lengthen a life', () => {
  const { clock, cache } = setUp();
  const one = cache('one', { ttlMs: 100 });
  one.set('a', { bytes: 10 });
  clock.advance(60);
  one.pin('a')();
  clock.advance(30);
  expect(one.get('a')).toBeDefined();
  clock.advance(20);
  expect(one.get('a')).toBeUndefined();
});

test('[C9] what a cache holds below spareBelowBytes is left to it until emergency', () => {
  const { caches, cache } = setUp(10_000);
  const small = cache('small', { spareBelowBytes: 300, priority: -1 });
  const large = cache('large', { maxBytes: 9000 });
  fill(small, 3, 100);
  fill(large, 90, 100);
  drain(caches.response.apply(0.8));
  expect(small.keys).toBe(3);
  expect(large.bytes).toBeLessThanOrEqual(1800);
  fill(small, 3, 100, 'other');
  expect(small.bytes).toBe(300);
  drain(caches.response.apply(0.95));
  expect(small.bytes).toBeLessThanOrEqual(50);
});

test('keys are counted by class, of which there are few', () => {
  const { cache } = setUp(100_000);
  const one = cache('one', {
    maxBytes: 100_000,
    keyClass(key) {
      if (key === 'bad') throw new Error('no class');
      return key;
    },
  });
  fill(one, 50, 1);
  one.set('bad', { bytes: 1 });
  const { keysByClass } = one.stats();
  expect(Object.keys(keysByClass)).toHaveLength(21);
  expect(keysByClass['other']).toBe(31);
  fill(one, 50, 1);
  for (let index = 0; index < 50; index += 1) one.delete(`k${index}`);
  expect(one.stats().keysByClass['other']).toBe(1);
});

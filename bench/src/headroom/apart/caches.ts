import { performance } from 'node:perf_hooks';
import { createGovernor } from '@hansard/headroom';
import { LRUCache } from 'lru-cache';
import { createRandom } from '../../list/random.ts';
import { median } from '../../report.ts';
import type * as Loops from './loops.ts';
import type { AnyCache, Value, Work } from './loops.ts';

type Side = 'ours' | 'lru';
type Turn = 'mixed' | 'get' | 'set';

const rounds = 24;
const warmUp = 6;
const keys = 50_000;
const asks = 300_000;
/** Room for a third of what all keys hold, so that every set of a cold key evicts. */
const maxBytes = 6_500_000;
/** Of Zipf's law: as in caches of the web. */
const exponent = 0.9;

const random = createRandom(7);
const names = Array.from({ length: keys }, (_, key) => `key:${(key * 7919) % keys}`.padEnd(20, 'x'));
const values = Array.from({ length: keys }, (_, key): Value => ({ bytes: 50 + ((key * 31) % 400) }));
const work: Work = { names, values, trace: zipfTrace() };

const governor = createGovernor({ cacheBudgetBytes: 1e9 });
const sizeOf = ({ bytes }: Value) => bytes;
const entryOverheadBytes = overheadOf();
const ours: AnyCache = governor.cache<Value>('ours', { maxBytes, sizeOf });
const lru: AnyCache = new LRUCache<string, Value>({
  maxSize: maxBytes,
  sizeCalculation: (value) => value.bytes + entryOverheadBytes,
});
const caches: Record<Side, AnyCache> = { ours, lru };

/** Modules of their own, so that the compiler sees one kind of cache in each loop. */
const loopsOf = (side: Side) => import(`./loops.ts?${side}`) as Promise<typeof Loops>;
const loops = { ours: await loopsOf('ours'), lru: await loopsOf('lru') };

const times: Record<Side, Record<Turn, number[]>> = {
  ours: { mixed: [], get: [], set: [] },
  lru: { mixed: [], get: [], set: [] },
};
let asked = 0;
const hits: Record<Side, number> = { ours: 0, lru: 0 };
for (let round = 0; round < rounds; round += 1) {
  for (const turn of ['mixed', 'get', 'set'] as const) {
    if (turn === 'mixed') asked += asks;
    for (const side of round % 2 === 0 ? (['ours', 'lru'] as const) : (['lru', 'ours'] as const)) {
      const beganMs = performance.now();
      const found = loops[side][turn](caches[side], work);
      const ns = ((performance.now() - beganMs) * 1e6) / asks;
      if (turn === 'mixed') hits[side] += found;
      if (round >= warmUp) times[side][turn].push(ns);
    }
  }
}

const ns = (side: Side, turn: Turn) => median(times[side][turn]);
console.log(
  JSON.stringify({
    oursGetNs: ns('ours', 'get'),
    lruGetNs: ns('lru', 'get'),
    oursSetNs: ns('ours', 'set'),
    lruSetNs: ns('lru', 'set'),
    oursMixedNs: ns('ours', 'mixed'),
    lruMixedNs: ns('lru', 'mixed'),
    oursHitRatio: hits.ours / asked,
    lruHitRatio: hits.lru / asked,
  }),
);

/** What the cache counts for an entry beside its value: the other one must count the same, to have the same cap. */
function overheadOf(): number {
  const cache = governor.cache<Value>('one', { maxBytes, sizeOf });
  cache.set(names[0]!, values[0]!);
  return cache.bytes - values[0]!.bytes;
}

function zipfTrace(): Int32Array {
  const shares = new Float64Array(keys);
  let sum = 0;
  for (let key = 0; key < keys; key += 1) shares[key] = sum += (key + 1) ** -exponent;
  return Int32Array.from({ length: asks }, () => {
    const at = random() * sum;
    let low = 0;
    let high = keys - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (shares[middle]! < at) low = middle + 1;
      else high = middle;
    }
    return low;
  });
}

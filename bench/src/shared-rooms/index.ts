import { randomBytes, randomUUID } from 'node:crypto';
import { connectRedis, createRedisRooms, readRedisMemory } from '@hansard/server/shared-rooms';
import { startRedis } from '@hansard/server/shared-rooms/testing';
import type { Benchmark } from '../main.ts';
import { percentile, report } from '../report.ts';

type Redis = Awaited<ReturnType<typeof connectRedis>>;
type Layout = (redis: Redis, roomId: string, packed: Buffer) => Promise<unknown>;

const rooms = 200;
/** Bytes of packed rooms of 170 to 230 passages with vectors of 4 bits; random, as packed bytes nearly are. */
const sizes = { least: 120_000, most: 162_000 };
const ttlMs = 24 * 3600_000;

function pagesOf(packed: Buffer, pageBytes: number): Buffer[] {
  const pages = Math.ceil(packed.length / pageBytes);
  return Array.from({ length: pages }, (_, at) => packed.subarray(at * pageBytes, (at + 1) * pageBytes));
}

const asValue: Layout = (redis, id, packed) => redis.set(`hansard:room:${id}`, packed, 'PX', ttlMs);
const asKeys =
  (pageBytes: number): Layout =>
  (redis, id, packed) =>
    Promise.all(
      pagesOf(packed, pageBytes).map((page, at) =>
        redis.set(`hansard:room:${id}:${'g'.repeat(8)}:${at}`, page, 'PX', ttlMs),
      ),
    );
const inHash =
  (pageBytes: number): Layout =>
  async (redis, id, packed) => {
    const key = `hansard:room:${id}:${'g'.repeat(8)}`;
    await Promise.all(pagesOf(packed, pageBytes).map((page, at) => redis.hset(key, at, page)));
    await redis.pexpire(key, ttlMs);
  };

const layouts: Record<string, Layout> = {
  'one value': asValue,
  'keys of 16384': asKeys(16_384),
  'keys of 16378': asKeys(16_378),
  'hash of 16384': inHash(16_384),
  'hash of 16378': inHash(16_378),
  'hash of 8186': inHash(8186),
};

export const benchmark: Benchmark = {
  describe:
    'what packed rooms take in Redis by layout, and how long a copy takes to be put and read, and a lease to be taken',
  async run() {
    const server = await startRedis();
    const redis = await connectRedis(server.url, { onLost: () => {}, onReady: () => {} });
    try {
      await measure(redis);
    } finally {
      redis.disconnect();
      await server.kill();
    }
  },
};

async function measure(redis: Redis): Promise<void> {
  const packed = Array.from({ length: rooms }, (_, at) =>
    randomBytes(sizes.least + Math.round((at / rooms) * (sizes.most - sizes.least))),
  );
  const givenBytes = packed.reduce((sum, { length }) => sum + length, 0);
  const figures: Record<string, number> = {};
  const taken = async (write: () => Promise<void>): Promise<number> => {
    await redis.flushall('SYNC');
    const before = (await readRedisMemory(redis)).usedBytes;
    await write();
    return ((await readRedisMemory(redis)).usedBytes - before) / givenBytes;
  };
  for (const [name, layout] of Object.entries(layouts)) {
    figures[`${name}, bytes per byte`] = await taken(async () => {
      for (const room of packed) await layout(redis, randomUUID(), room);
    });
  }

  const times = { claim: [] as number[], put: [] as number[], get: [] as number[] };
  const timed = async <T>(name: keyof typeof times, work: () => Promise<T>): Promise<T> => {
    const beganMs = performance.now();
    const result = await work();
    times[name].push(performance.now() - beganMs);
    return result;
  };
  const { map, copies } = createRedisRooms(redis);
  const owner = { id: randomUUID(), url: 'http://127.0.0.1:4700' };
  const meta = { workspaceId: 'w', title: 'Meeting', model: 'm', passages: 200, transcriptSeq: 0, home: owner.url };
  figures['ours, bytes per byte'] = await taken(async () => {
    for (const room of packed) {
      const lease = await timed('claim', () => map.claim(randomUUID(), owner));
      await timed('put', () => copies.put(lease, { ...meta, documents: { [randomUUID()]: 'plan.pdf' } }, room));
      const copy = await timed('get', () => copies.get(lease.roomId));
      if (!copy || Buffer.compare(copy.packed, room) !== 0)
        throw new Error('A copy was read otherwise than it was put');
    }
  });
  for (const [name, ms] of Object.entries(times)) {
    figures[`${name} p50 ms`] = percentile(ms, 0.5);
    figures[`${name} p99 ms`] = percentile(ms, 0.99);
  }
  for (const [name, figure] of Object.entries(figures)) console.log(`${name.padEnd(34)}${figure.toFixed(3)}`);
  const is = figures['ours, bytes per byte'];
  report({
    bench: 'shared-rooms',
    figures,
    goals: [{ name: 'a shared room in Redis, bytes per byte', is, want: '<= 1.03' }],
  });
}

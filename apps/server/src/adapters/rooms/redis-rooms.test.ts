import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { connectRedis } from './redis/connect.ts';
import { readRedisMemory } from './redis/redis-memory.ts';
import { createRedisRooms } from './redis/redis-rooms.ts';
import { describeRooms } from './rooms.contract-suite.ts';
import { startRedis, type TestRedis } from './testing.ts';

const quiet = { onLost: () => {}, onReady: () => {} };
const owner = { id: randomUUID(), url: 'http://127.0.0.1:4700' };
const meta = { workspaceId: 'w', title: '', model: '', passages: 1, documents: {}, transcriptSeq: 0, home: owner.url };

let server: TestRedis;
let redis: Redis;
beforeAll(async () => {
  server = await startRedis();
  redis = await connectRedis(server.url, quiet);
});
afterAll(async () => {
  redis.disconnect();
  await server.kill();
});

const make = (options = {}) => createRedisRooms(redis, { prefix: `${randomUUID()}:`, ...options });

describeRooms('Redis', (leaseTtlMs) => make({ leaseTtlMs }));

/** A Redis of its own for what fills, empties or ends it. */
async function own(flags: readonly string[] = []) {
  const started = await startRedis(flags);
  const connection = await connectRedis(started.url, quiet);
  onTestFinished(async () => {
    connection.disconnect();
    await started.kill();
  });
  return { server: started, redis: connection, ...createRedisRooms(connection) };
}

test('nothing is left of copies that were replaced, refused or removed, and all else has an end', async () => {
  const { redis, map, copies } = await own();
  const lease = await map.claim('r', owner);
  for (let round = 0; round < 5; round += 1) await copies.put(lease, meta, randomBytes(100_000));
  const { generation } = (await copies.describe('r'))!;
  const other = await map.claim('r', { ...owner, id: 'b', url: 'http://127.0.0.1:4701' }, lease.token);
  await expect(copies.put(lease, meta, randomBytes(100_000))).rejects.toMatchObject({ code: 'CONFLICT' });
  const names = (await redis.keys('*')).toSorted();
  expect(names).toEqual(['hansard:last-token', 'hansard:lease:r', 'hansard:room:r', `hansard:room:r:${generation}`]);
  for (const name of names.slice(1)) expect(await redis.pttl(name)).toBeGreaterThan(0);
  await copies.remove(other);
  await map.release(other);
  expect(await redis.keys('*')).toEqual(['hansard:last-token']);
});

test('a lease that is lost while a copy is written keeps the copy from being switched to', async () => {
  const { map, copies } = make();
  const lease = await map.claim('r', owner);
  await copies.put(lease, meta, Uint8Array.of(1));
  // Sent behind the first look at the lease, before the pages are there.
  const put = copies.put(lease, meta, randomBytes(4_000_000));
  const taken = map.claim('r', { id: 'b', url: 'http://127.0.0.1:4701' }, lease.token);
  await expect(put).rejects.toMatchObject({ code: 'CONFLICT' });
  expect((await taken).token).toBeGreaterThan(lease.token);
  expect((await copies.get('r'))!.packed).toEqual(Uint8Array.of(1));
});

test('a copy of which a page is gone or changed is none', async () => {
  const prefix = `${randomUUID()}:`;
  const { map, copies } = make({ prefix });
  const lease = await map.claim('r', owner);
  for (const damage of ['gone', 'changed']) {
    const { generation } = await copies.put(lease, meta, randomBytes(50_000));
    const key = `${prefix}room:r:${generation}`;
    if (damage === 'gone') await redis.hdel(key, '1');
    else await redis.hset(key, '1', randomBytes(16_378));
    expect(await copies.get('r')).toBeNull();
  }
});

test('copies are gone after their time; reading gives them more of it', async () => {
  const { map, copies } = make({ copyTtlMs: 1500 });
  const lease = await map.claim('r', owner);
  await copies.put(lease, meta, randomBytes(20_000));
  for (let round = 0; round < 3; round += 1) {
    await sleep(700);
    expect(await copies.get('r')).not.toBeNull();
  }
  await sleep(2000);
  expect(await copies.describe('r')).toBeNull();
});

test('a full Redis refuses copies, says how full it is, and still gives leases', async () => {
  const { redis, map, copies } = await own();
  const { usedBytes, limitBytes, utilization } = await readRedisMemory(redis);
  expect(utilization).toBeCloseTo(usedBytes / limitBytes);
  const lease = await map.claim('r', owner);
  await copies.put(lease, meta, Uint8Array.of(1));
  await redis.config('SET', 'maxmemory', String(usedBytes + 1_000_000));
  await expect(copies.put(lease, meta, randomBytes(4_000_000))).rejects.toMatchObject({ code: 'STORAGE_FULL' });
  expect((await copies.get('r'))!.packed).toEqual(Uint8Array.of(1));
  await redis.config('SET', 'maxmemory', '500000');
  expect((await readRedisMemory(redis)).utilization).toBeGreaterThan(0.9);
  expect((await map.claim('other', owner)).owner).toEqual(owner);
  expect(await map.renew([lease])).toEqual([lease]);
});

test('tokens grow also where Redis was emptied; one that is gone is told at once, and used again when it is back', async () => {
  const { server, map, copies } = await own();
  const lease = await map.claim('r', owner);
  await server.kill();
  await expect.poll(() => map.ownerOf('r').catch((error: unknown) => error)).toMatchObject({ code: 'STORAGE_FAILED' });
  await expect(copies.get('r')).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  await server.start();
  await expect.poll(() => map.ownerOf('r').catch((error: unknown) => error), { timeout: 10_000 }).toBeNull();
  expect(await map.renew([lease])).toEqual([]);
  expect((await map.claim('r', { ...owner, id: 'b' })).token).toBeGreaterThan(lease.token);
});

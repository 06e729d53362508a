import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPgLimiter, createPoolLimiter, type PoolLimits } from './pool.ts';

const run = (steps: Iterable<number>) => Array.from(steps);

function setUp(options: { max?: number; min?: number; bytesPerConnection?: number } = {}) {
  const told: PoolLimits[] = [];
  const state = { inUse: 0 };
  const limiter = createPoolLimiter({
    name: 'db',
    setLimits: (limits) => void told.push(limits),
    inUse: () => state.inUse,
    ...options,
  });
  return { limiter, told, state, apply: (strength: number) => run(limiter.response.apply(strength)) };
}

test('[D4] max 20, min 5, idle 30 s; down by pressure, and up again', () => {
  const { told, apply } = setUp();
  for (const strength of [0.25, 0.5, 1, 1, 0.5, 0]) apply(strength);
  expect(told.map(({ max, min, idleMs }) => [max, min, idleMs])).toEqual([
    [20, 5, 30_000],
    [16, 5, 23_250],
    [13, 5, 16_500],
    [5, 5, 3000],
    [13, 5, 16_500],
    [20, 5, 30_000],
  ]);
});

test('[D4] no connection in use is taken: max follows as they come back', () => {
  const { limiter, state, apply } = setUp({ bytesPerConnection: 100 });
  state.inUse = 18;
  expect(apply(1)).toEqual([200]);
  expect([limiter.limits.max, limiter.overBy]).toEqual([18, 13]);
  state.inUse = 9;
  limiter.settle();
  expect([limiter.limits.max, limiter.overBy]).toEqual([9, 4]);
  state.inUse = 2;
  limiter.settle();
  expect([limiter.limits.max, limiter.overBy]).toEqual([5, 0]);
  state.inUse = 5;
  limiter.settle();
  expect(limiter.limits.max).toBe(5);
});

test('[D4] whatever happens, max stays between min and max, and takes nothing in use', () => {
  const step = fc.record({ strength: fc.option(fc.double({ min: 0, max: 1, noNaN: true })), wants: fc.nat(25) });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const { limiter, state, apply } = setUp();
      for (const { strength, wants } of steps) {
        state.inUse = Math.min(wants, limiter.limits.max);
        if (strength === null) limiter.settle();
        else apply(strength);
        expect(limiter.limits.max).toBeGreaterThanOrEqual(Math.max(5, state.inUse));
        expect(limiter.limits.max).toBeLessThanOrEqual(20);
      }
      state.inUse = 0;
      apply(0);
      expect(limiter.limits).toEqual({ max: 20, min: 5, idleMs: 30_000 });
    }),
  );
});

test('[D4] limits that contradict each other are refused', () => {
  expect(() => setUp({ max: 3 })).toThrow(RangeError);
  expect(() => setUp({ min: -1 })).toThrow(RangeError);
});

/** As `pg.Pool` does it: options count from the next call, and a released connection is idle or destroyed. */
function createPgPool(connections: number) {
  const pool = {
    options: { max: 20, min: 0, idleTimeoutMillis: 10_000 },
    totalCount: connections,
    idleCount: 0,
    waitingCount: 0,
    async connect() {
      if (pool.idleCount > 0) pool.idleCount -= 1;
      else if (pool.totalCount < pool.options.max) pool.totalCount += 1;
      else throw new Error('would wait');
      return pool.client;
    },
    client: {
      release(destroy = false) {
        if (destroy) pool.totalCount -= 1;
        else pool.idleCount += 1;
      },
    },
  };
  return pool;
}

test('[D4] a pg.Pool closes its idle connections above max, and keeps those in use', async () => {
  const pool = createPgPool(12);
  for (let index = 0; index < 4; index += 1) pool.client.release();
  const limiter = createPgLimiter(pool, { name: 'pg' });
  expect(pool.options).toEqual({ max: 20, min: 5, idleTimeoutMillis: 30_000 });
  run(limiter.response.apply(1));
  await new Promise(setImmediate);
  expect([pool.options.max, pool.totalCount, pool.idleCount]).toEqual([8, 8, 0]);
  for (let index = 0; index < 6; index += 1) pool.client.release();
  limiter.settle();
  await new Promise(setImmediate);
  expect([pool.options.max, pool.totalCount, pool.idleCount]).toEqual([5, 5, 3]);
  run(limiter.response.apply(0));
  expect(pool.options).toEqual({ max: 20, min: 5, idleTimeoutMillis: 30_000 });
});

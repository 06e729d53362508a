import * as fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { createGovernor, MemoryPressureError, type Alert, type Governor, type GovernorOptions } from './index.ts';
import { createFakeClock, createFakeSensors } from './testing/index.ts';
import { createTestLog } from './testing/test-log.ts';

const kib = 1024;
const unlimited = Number.POSITIVE_INFINITY;

/** A governor of a memory that is pushed by hand. */
function build(options: GovernorOptions = {}) {
  const clock = createFakeClock();
  const sensors = createFakeSensors(clock);
  const log = createTestLog();
  sensors.setRatio(0);
  const governor = createGovernor({ clock, sensors, log, cacheBudgetBytes: 10_000 * kib, ...options });
  return {
    clock,
    sensors,
    log,
    governor,
    /** Holds pressure for as long as told. */
    async hold(pressure: number, ms = 1000) {
      sensors.setRatio(pressure);
      await clock.advanceAsync(ms);
    },
  };
}

/** A service that uses all of it. */
function buildService() {
  const sent: Alert[] = [];
  const sink = { name: 'test', send: async (alert: Alert) => void sent.push(alert) };
  const drained = vi.fn<() => void>();
  const world = build({ alerts: { sinks: [sink] }, drain: { afterMs: 60_000, ask: drained } });
  const { governor } = world;
  const cache = governor.cache<string>('pages', { maxBytes: 8000 * kib, sizeOf: () => 10 * kib });
  const fill = () => {
    for (let key = 0; key < 1000; key += 1) cache.set(`page ${key}`, 'text');
  };
  fill();
  const previews = governor.feature('previews', { offAt: 'critical' });
  const exports = governor.requestClass('exports', {
    priority: 'background',
    limits: { normal: 4, warning: 2, critical: 1, emergency: 0 },
    maxQueued: 0,
    queueDeadlineMs: 1000,
  });
  const endings = governor.requestClass('endings', {
    priority: 'critical',
    limits: { normal: unlimited, warning: unlimited, critical: unlimited, emergency: unlimited },
    maxQueued: 0,
    queueDeadlineMs: 1000,
  });
  /** How many places there are now. */
  function places(requestClass: typeof exports): number {
    const taken = [];
    for (let place; taken.length < 10 && (place = requestClass.tryEnter()) !== null;) taken.push(place);
    for (const place of taken) place.leave();
    return taken.length;
  }
  const look = () => ({
    level: governor.level,
    capShare: Math.round((100 * cache.capBytes) / (8000 * kib)) / 100,
    previews: previews.on,
    exports: places(exports),
    endings: places(endings),
    firing: governor.alerts.firing().map(({ severity }) => severity),
    open: refuses(() => governor.check()),
  });
  governor.start();
  return { ...world, sent, drained, cache, fill, look };
}

function refuses(call: () => unknown): boolean {
  try {
    call();
    return false;
  } catch (error) {
    if (!(error instanceof MemoryPressureError)) throw error;
    return true;
  }
}

test('[L1] [R3] [R4] [R7] [P4] [B2] [B4] a service goes through all levels and back, and is as it was', async () => {
  const { look, hold, cache, fill, governor, sent, drained, clock } = buildService();
  const normal = { level: 'normal', previews: true, exports: 4, endings: 10, firing: [], open: false };
  expect(look()).toEqual({ ...normal, capShare: 1 });
  const fullBytes = cache.bytes;

  await hold(0.72);
  expect(look()).toMatchObject({ level: 'warning', previews: true, exports: 2, firing: ['warning'], open: false });
  const warned = cache.bytes;
  expect(warned).toBeLessThanOrEqual(0.8 * fullBytes);
  fill();
  expect(cache.bytes).toBeLessThanOrEqual(warned);

  await hold(0.86);
  expect(look()).toMatchObject({ level: 'critical', previews: false, exports: 1, firing: ['critical'], open: true });
  expect(cache.bytes).toBeLessThanOrEqual(0.55 * fullBytes);

  await hold(0.97, 100);
  expect(look()).toMatchObject({ level: 'emergency', exports: 0, endings: 10, firing: ['emergency'], open: true });
  expect(cache.bytes).toBeLessThanOrEqual(0.1 * fullBytes);
  expect(governor.relief.ledgerBytes).toBeGreaterThanOrEqual(0.9 * fullBytes);
  await hold(0.97, 61_000);
  expect(drained).toHaveBeenCalledTimes(1);

  await hold(0.3, 400);
  for (let trial = 0; trial < 3; trial += 1) expect(refuses(() => governor.check())).toBe(false);
  await hold(0.3, 30_000);
  expect(look()).toEqual({ ...normal, capShare: 1 });
  fill();
  expect(cache.bytes).toBe(fullBytes);
  expect(governor.responses().every(({ strength, isWorking }) => strength === 0 && !isWorking)).toBe(true);
  expect(sent.map(({ state, severity }) => `${state} ${severity}`)).toEqual([
    'firing warning',
    'firing critical',
    'firing emergency',
    'resolved warning',
  ]);
  expect(governor.levelHistory.map(({ level }) => level)).toEqual(
    ['warning', 'critical', 'emergency', 'critical', 'warning', 'normal'], // prettier-ignore
  );
  expect(governor.counters).toMatchObject({ levelChanges: 6, breakerTrips: 1 });

  governor.stop();
  expect(clock.pending).toBe(0);
});

test('[L3] whatever happens inside the band, no level changes', async () => {
  const inside = fc.array(fc.double({ min: 0.8, max: 0.849, noNaN: true }), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(inside, async (pressures) => {
      const { governor, hold } = build();
      governor.start();
      await hold(0.85);
      const { generation } = governor;
      for (const pressure of pressures) await hold(pressure, 250);
      expect([governor.level, governor.generation]).toEqual(['critical', generation]);
    }),
    { numRuns: 20 },
  );
});

test('[L4] [R4] any course of pressure that falls to nothing ends normal within 30 s, with everything as it was', async () => {
  const course = fc.array(fc.tuple(fc.double({ min: 0, max: 1.1, noNaN: true }), fc.integer({ min: 50, max: 8000 })), {
    maxLength: 20,
  });
  await fc.assert(
    fc.asyncProperty(course, async (steps) => {
      const { hold, look, fill, cache } = buildService();
      const fullBytes = cache.bytes;
      for (const [pressure, ms] of steps) await hold(pressure, ms);
      await hold(0, 30_000);
      for (let trial = 0; trial < 3; trial += 1) look();
      await hold(0, 500);
      fill();
      expect(look()).toEqual({ level: 'normal', capShare: 1, previews: true, exports: 4, endings: 10, firing: [], open: false }); // prettier-ignore
      expect(cache.bytes).toBe(fullBytes);
    }),
    { numRuns: 20 },
  );
});

test('[L5] an asynchronous action of an older generation is dropped', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 100, max: 20_000 }), { maxLength: 10 }), async (delays) => {
      const { governor, clock, hold } = build();
      const acted: [begun: number, current: number][] = [];
      let at = 0;
      governor.onLevel(async ({ generation }, signal) => {
        const delayMs = delays[at++ % Math.max(1, delays.length)] ?? 100;
        await new Promise<void>((resolve) => void clock.after(delayMs, resolve));
        signal.throwIfAborted();
        acted.push([generation, governor.generation]);
      });
      governor.start();
      for (const pressure of [0.75, 0.9, 0.97, 0, 0.9, 0]) await hold(pressure, 7000);
      await hold(0, 60_000);
      for (const [begun, current] of acted) expect(begun).toBe(current);
      expect(acted.at(-1)).toEqual([governor.generation, governor.generation]);
    }),
    { numRuns: 20 },
  );
});

test('a listener that throws is logged, and the others are told; who stops is told no more', async () => {
  const { governor, hold, log } = build();
  const told: string[] = [];
  governor.onLevel(() => {
    throw new Error('no');
  });
  const stop = governor.onLevel(({ level }) => void told.push(level));
  governor.start();
  await hold(0.75);
  stop();
  await hold(0.9);
  expect(told).toEqual(['warning']);
  expect(log.messages().filter((message) => message.includes('listener'))).toHaveLength(2);
});

test('[R8] garbage is collected by force only where allowed, after relief, and not over critical requests', async () => {
  const collections = async (enabled: boolean, isBusy: boolean) => {
    const { governor, sensors, clock } = build({ collection: { enabled } });
    const limits = { normal: 9, warning: 9, critical: 9, emergency: 9 };
    const endings = governor.requestClass('endings', {
      priority: 'critical',
      limits,
      maxQueued: 0,
      queueDeadlineMs: 0,
    });
    if (isBusy) endings.tryEnter();
    const before: number[] = [];
    governor.respond({
      name: 'pages',
      strengths: { warning: 0, critical: 1, emergency: 1 },
      *apply() {
        for (let step = 0; step < 3; step += 1) {
          before.push(governor.counters.forcedCollections);
          yield 1;
        }
      },
    });
    governor.start();
    // Not of the old generation: a reading of that is taken again by the breaker, which would collect too.
    sensors.setRatio(0.9, 'container');
    await clock.advanceAsync(500);
    expect(before).toEqual([0, 0, 0]);
    return governor.counters.forcedCollections;
  };
  expect(await collections(false, false)).toBe(0);
  expect(await collections(true, true)).toBe(0);
  expect(await collections(true, false)).toBe(1);
});

test('[B6] the breaker takes garbage for no reason to refuse, where a collection is allowed', () => {
  const fake = createFakeSensors();
  const sensors = {
    ...fake,
    readSignals() {
      fake.setRatio(governor.counters.forcedCollections > 0 ? 0.4 : 0.82);
      return fake.readSignals();
    },
  };
  const { governor } = build({ sensors, collection: { enabled: true } });
  governor.start();
  expect(governor.breaker).toMatchObject({ state: 'closed', trips: 0 });
  expect(governor.pressure).toBe(0.4);
});

test('[R3] the first response has begun in the turn of the sample that confirms the level', () => {
  const steps: string[] = [];
  const { governor, sensors, clock } = build({ onProgress: ({ name, state }) => void steps.push(`${name} ${state}`) });
  governor.start();
  sensors.setRatio(0.72);
  clock.advance(499);
  expect(steps).toEqual([]);
  clock.advance(1);
  expect(steps[0]).toBe('caches began');
});

test('[B3] guards, usage and samples are fresh before start, and while the timer is held up', () => {
  const { governor, sensors } = build();
  sensors.setRatio(0.9);
  expect(refuses(() => governor.check())).toBe(true);
  expect(governor.usage()).toMatchObject({ state: 'open', pressure: 0.9, tightest: 'old-generation' });
});

test('[B3] a class finds out within 64 requests that the timer is held up, and at once where requests are slow', () => {
  const { governor, sensors, clock } = build();
  const one = governor.requestClass('pages', {
    priority: 'normal',
    limits: { normal: 1e9, warning: 1e9, critical: 0, emergency: 0 },
    maxQueued: 0,
    queueDeadlineMs: 1000,
  });
  for (let request = 0; request < 10_000; request += 1) one.tryEnter();
  sensors.setRatio(0.97);
  clock.advance(501);
  let late = 0;
  while (one.tryEnter() !== null) late += 1;
  expect(late).toBeLessThanOrEqual(64);
  expect(governor.level).toBe('emergency');

  const slow = build();
  const two = slow.governor.requestClass('pages', {
    priority: 'normal',
    limits: { normal: 1e9, warning: 1e9, critical: 0, emergency: 0 },
    maxQueued: 0,
    queueDeadlineMs: 1000,
  });
  slow.governor.sample();
  slow.sensors.setRatio(0.97);
  for (let waitedMs = 0; waitedMs <= 500; waitedMs += 20, slow.clock.advance(20)) two.tryEnter();
  expect(two.tryEnter()).toBeNull();
});

test('after stop nothing is scheduled, guards let everything through, and what was seen can be read', async () => {
  const { governor, hold, clock, sensors } = build();
  governor.start();
  await hold(0.97);
  expect(refuses(() => governor.check())).toBe(true);
  governor.stop();
  const { reads } = sensors;
  await clock.advanceAsync(60_000);
  governor.check();
  expect(governor.run(() => 5)).toBe(5);
  expect([clock.pending, sensors.listeners, sensors.reads]).toEqual([0, 0, reads]);
  expect(governor.sample().pressure).toBe(0.97);
});

test('[L6] options that could not work are refused when the governor is made', () => {
  expect(() => build({ levels: { thresholds: { warning: 0.9 } } })).toThrow(RangeError);
  expect(() => build({ levels: { band: 0.2 } })).toThrow(RangeError);
  expect(() => build({ breaker: { at: 0 } })).toThrow(RangeError);
  expect(() => build({ cacheBudgetBytes: 0 })).toThrow(RangeError);
});

test('[L8] the forecast goes by what was sampled', async () => {
  const { governor, hold } = build();
  governor.start();
  for (let step = 0; step < 40; step += 1) await hold(0.3 + step * 0.005, 250);
  const found = governor.forecast();
  expect(found).toMatchObject({ level: 'warning', signal: 'old-generation' });
  expect(found?.inMs).toBeGreaterThan(5000);
  expect(found?.inMs).toBeLessThan(15_000);
});

test('a leak is an alert while it lasts', async () => {
  const { governor, sensors, clock } = build({ leak: { windowsMs: [1000], windows: 4, criticalWindows: 6 } });
  governor.start();
  for (let bytes = 100e6; bytes < 1000e6; bytes *= 1.2) {
    sensors.collect(bytes);
    clock.advance(1000);
  }
  expect(governor.alerts.firing()).toMatchObject([{ key: 'memory-leak', severity: 'critical' }]);
  for (let second = 0; second < 10; second += 1) {
    sensors.collect(50e6);
    clock.advance(1000);
  }
  expect(governor.alerts.firing()).toEqual([]);
});

test('the ledger and the room left know what caches, reservations and components hold', () => {
  const { governor, sensors } = build();
  sensors.setRatio(0.45, 'old-generation', 1000 * kib);
  sensors.setGauges({ rssBytes: 900 * kib });
  governor.start();
  governor.cache<string>('pages', { maxBytes: 1000 * kib, sizeOf: () => 10 * kib }).set('a', 'b');
  const stop = governor.account('sockets', () => 7 * kib);
  const reservation = governor.reserve(100 * kib, { name: 'export' });
  const { entries, accountedBytes, unexplainedBytes, measuredBytes } = governor.ledger();
  expect(entries.map(({ kind }) => kind).sort()).toEqual(['cache', 'component', 'reservation']);
  expect(measuredBytes).toBe(900 * kib);
  expect(accountedBytes + unexplainedBytes).toBe(measuredBytes);
  expect(governor.fits(100 * kib)).toBe(2);
  reservation.release();
  expect(governor.fits(100 * kib)).toBe(3);
  stop();
});

test('without any option it measures this process', () => {
  const governor: Governor = createGovernor().start();
  const { signals, pressure, tightest } = governor.sample();
  expect(Object.keys(signals)).toEqual(expect.arrayContaining(['old-generation', 'rss']));
  expect(pressure).toBeGreaterThan(0);
  expect(tightest).not.toBeNull();
  expect(governor.caches()).toEqual([]);
  governor.stop();
});

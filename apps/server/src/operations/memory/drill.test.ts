import { createGovernor } from '@hansard/headroom';
import { createFakeClock, createFakeSensors } from '@hansard/headroom/testing';
import { memoryDrillReport, type MemoryDrill } from '@hansard/protocol';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Ballast } from './ballast.ts';
import { createDrill, type DrillOptions } from './drill.ts';

const mb = 2 ** 20;
const limitBytes = 1000 * mb;
const log = pino({ level: 'silent' });

/** A real governor whose sensors read what the drill holds on top of 200 MB. */
function start(options: Partial<DrillOptions> = {}, signal: 'rss' | 'old-generation' = 'rss') {
  const clock = createFakeClock();
  const sensors = createFakeSensors(clock);
  const held = { pages: 0, heap: 0, most: 0, otherBytes: 200 * mb, givesUp: false };
  let released = false;
  const read = (): void => {
    held.most = Math.max(held.most, held.pages + held.heap);
    sensors.set({ [signal]: { usedBytes: held.otherBytes + held.pages + held.heap, limitBytes } });
  };
  const resize = (what: 'pages' | 'heap', bytes: number): Promise<void> => {
    if (held.givesUp) throw new RangeError('Array buffer allocation failed');
    if (!released) held[what] = Math.max(0, bytes);
    read();
    return Promise.resolve();
  };
  const ballast: Ballast = {
    get pagesBytes() {
      return held.pages;
    },
    get heapBytes() {
      return held.heap;
    },
    unsettledBytes: 0,
    resizePages: (bytes) => resize('pages', bytes),
    resizeHeap: (bytes) => resize('heap', bytes),
    release() {
      released = true;
      held.pages = 0;
      held.heap = 0;
      read();
    },
  };
  read();
  const governor = createGovernor({ sensors, clock, log, cacheBudgetBytes: 64 * mb }).start();
  onTestFinished(() => governor.stop());
  const cache = governor.cache<number>('lines', { maxBytes: 40 * mb, sizeOf: () => mb });
  for (let key = 0; key < 40; key += 1) cache.set(`${key}`, key);
  governor.feature('extras', { offAt: 'warning' });
  let collections = 0;
  const drill = createDrill({
    governor,
    thresholds: governor.thresholds,
    freeBytes: () => 100_000 * mb,
    collect: () => (collections += 1),
    restartAfterMs: undefined,
    log,
    ballast: () => {
      released = false;
      return ballast;
    },
    now: () => 1_700_000_000_000 + clock.now(),
    ...options,
  });
  const run = async (wanted: MemoryDrill, ms: number) => {
    drill.start(wanted);
    await clock.advanceAsync(ms);
    return memoryDrillReport.parse(drill.report);
  };
  return { clock, held, read, governor, cache, drill, run, collections: () => collections };
}

describe('a drill', () => {
  test.each([
    ['warning', 0.7],
    ['critical', 0.85],
    ['emergency', 0.95],
  ] as const)('reaches %s, holds it, lets go, and sees it all go back', async (target, threshold) => {
    const { held, governor, run } = start();
    const report = await run({ target, holdMs: 3000 }, 90_000);
    expect(report).toMatchObject({ target, phase: 'over', outcome: 'reached', detail: null, heldBytes: 0 });
    expect(report.peakPressure).toBeGreaterThanOrEqual(threshold);
    expect(report.peakPressure).toBeLessThanOrEqual(threshold + 0.01);
    expect(report.peakBytes).toBe(held.most);
    expect(report.peakHeapBytes).toBe(0);
    expect(report.releasedMs! - report.reachedMs!).toBeGreaterThanOrEqual(3000);
    expect(report.releasedMs! - report.reachedMs!).toBeLessThan(3500);
    expect(report.responseSamples).toBeLessThanOrEqual(2);
    expect(report.respondedMs! - report.crossedMs!).toBeLessThanOrEqual(250);
    expect(report.respondedBy).toBe('caches');
    expect(report.relief.ledgerBytes).toBeGreaterThan(0);
    expect(report.recoveredMs! - report.releasedMs!).toBeLessThanOrEqual(30_000);
    const courses = {
      warning: ['normal', 'warning', 'normal'],
      critical: ['normal', 'warning', 'critical', 'warning', 'normal'],
      emergency: ['normal', 'warning', 'critical', 'emergency', 'critical', 'warning', 'normal'],
    };
    expect(report.levels.map(({ level }) => level)).toEqual(courses[target]);
    expect(held).toMatchObject({ pages: 0, heap: 0 });
    expect(governor.level).toBe('normal');
  });

  test('takes objects where V8’s heap is the tightest, and asks for a collection when it lets go', async () => {
    const { run, collections } = start({}, 'old-generation');
    const report = await run({ target: 'critical', holdMs: 1000 }, 90_000);
    expect(report.outcome).toBe('reached');
    expect(report.peakHeapBytes).toBe(report.peakBytes);
    expect(report.peakHeapBytes).toBeGreaterThan(600 * mb);
    expect(collections()).toBe(1);
  });

  test('never goes beyond its aim while others take and give back memory', async () => {
    const { clock, held, read, drill, governor } = start();
    drill.start({ target: 'warning', holdMs: 60_000 });
    await clock.advanceAsync(10_000);
    expect(governor.level).toBe('warning');
    held.otherBytes += 100 * mb;
    read();
    await clock.advanceAsync(1000);
    expect(governor.pressure).toBeLessThanOrEqual(0.71);
    expect(held.pages).toBeLessThanOrEqual(410 * mb);
    held.otherBytes -= 100 * mb;
    read();
    await clock.advanceAsync(5000);
    expect(governor.pressure).toBeGreaterThanOrEqual(0.7);
    expect(governor.level).toBe('warning');
    drill.cancel();
  });

  test('lets go at once when it is cancelled, and reports what happened so far', async () => {
    const { clock, held, drill } = start();
    expect(drill.cancel()).toBeNull();
    drill.start({ target: 'emergency', holdMs: 60_000 });
    await clock.advanceAsync(2000);
    expect(held.pages).toBeGreaterThan(0);
    expect(drill.cancel()).toMatchObject({ phase: 'recovering', outcome: 'cancelled' });
    expect(held.pages).toBe(0);
    await clock.advanceAsync(60_000);
    expect(held.pages).toBe(0);
    expect(drill.report).toMatchObject({ phase: 'over', outcome: 'cancelled', heldBytes: 0 });
    drill.start({ target: 'warning', holdMs: 1000 });
  });

  test('is the only one', () => {
    const { drill } = start();
    drill.start({ target: 'warning', holdMs: 1000 });
    expect(() => drill.start({ target: 'warning', holdMs: 1000 })).toThrow(
      expect.objectContaining({ code: 'CONFLICT' }),
    );
  });

  test('gives up after a minute in which nothing it takes is seen, and where the system gives no more', async () => {
    const blind = start({
      ballast: () => ({
        pagesBytes: 0,
        heapBytes: 0,
        unsettledBytes: 0,
        resizePages: () => Promise.resolve(),
        resizeHeap: () => Promise.resolve(),
        release() {},
      }),
    });
    const report = await blind.run({ target: 'warning', holdMs: 1000 }, 61_000);
    expect(report).toMatchObject({ phase: 'over', outcome: 'gave-up', reachedMs: null });
    expect(report.detail).toContain('still normal');
    const refused = start();
    refused.held.givesUp = true;
    expect(await refused.run({ target: 'warning', holdMs: 1000 }, 5000)).toMatchObject({
      outcome: 'gave-up',
      detail: 'The system gives no more memory.',
    });
  });

  test.each([
    ['memory is short already', {}, 800 * mb, 'Memory is short as it is'],
    ['the machine has too little to spare', { freeBytes: () => 100 * mb }, 0, 'HANSARD_MEMORY_BYTES'],
    ['it would restart the server', { restartAfterMs: 20_000 }, 0, 'HANSARD_MEMORY_RESTART_MS'],
  ])('is not begun where %s', async (_why, options, otherBytes, message) => {
    const { clock, held, read, drill } = start(options);
    held.otherBytes += otherBytes;
    read();
    await clock.advanceAsync(1000);
    expect(() => drill.start({ target: 'emergency', holdMs: 10_000 })).toThrow(
      expect.objectContaining({ code: 'CONFLICT', message: expect.stringContaining(message) }),
    );
    expect(drill.report).toBeNull();
    expect(held.most).toBe(0);
  });
});

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFakeSensors } from '../testing/index.ts';
import { createLeakWatch, type LeakOptions, type LeakReport } from './leak.ts';
import { toSample } from './to-sample.ts';

const mib = 1024 * 1024;
const minuteMs = 60_000;

/** Floors every `everyMs` for `forMs`; gives the worst severity told, and when each was first told. */
function watchFloors(floorAt: (atMs: number) => number, everyMs: number, forMs: number, options?: LeakOptions) {
  const watch = createLeakWatch(options);
  const firstMs: { warning?: number; critical?: number } = {};
  for (let atMs = 0; atMs <= forMs; atMs += everyMs) {
    watch.pushFloor(floorAt(atMs), atMs);
    const { severity } = watch.report();
    if (severity !== null) firstMs[severity] ??= atMs;
  }
  return { firstMs, report: watch.report() };
}

/** The same for resident and external memory, a sample each 5 s. */
function watchSamples(bytesAt: (atMs: number) => { rssBytes?: number; externalBytes?: number }, forMs: number) {
  const watch = createLeakWatch();
  const sensors = createFakeSensors();
  const changes: { atMinute: number; report: LeakReport }[] = [];
  for (let atMs = 0; atMs <= forMs; atMs += 5000) {
    sensors.setGauges(bytesAt(atMs));
    if (watch.pushSample(toSample(atMs, {}, sensors.readGauges()))) {
      changes.push({ atMinute: atMs / minuteMs, report: watch.report() });
    }
  }
  return changes;
}

/** Pseudo-random from 0 to 1, the same for the same seed and index. */
function noise(seed: number, index: number): number {
  let bits = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(seed, 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 16), 0x45d9f3b);
  bits = Math.imul(bits ^ (bits >>> 16), 0x45d9f3b);
  return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32;
}

test('[M5] No leak is reported for a bounded sawtooth of any amplitude, period and phase', () => {
  fc.assert(
    fc.property(
      fc.record({
        lowMib: fc.double({ min: 1, max: 4096, noNaN: true }),
        timesHigher: fc.double({ min: 0, max: 1000, noNaN: true }),
        // Up to the span of the shortest watch; the others' windows hold a whole swing each.
        periodMs: fc.integer({ min: 20_000, max: 18 * minuteMs }),
        phase: fc.double({ min: 0, max: 1, noNaN: true }),
        everyMs: fc.integer({ min: 2000, max: 20_000 }),
      }),
      ({ lowMib, timesHigher, periodMs, phase, everyMs }) => {
        const sawtooth = (atMs: number) => lowMib * mib * (1 + timesHigher * ((atMs / periodMs + phase) % 1));
        expect(watchFloors(sawtooth, everyMs, 180 * minuteMs).firstMs).toEqual({});
      },
    ),
    { numRuns: 150 },
  );
});

test('[M5] A slow swing is a leak the first time at most: heights that it came back from before are none', () => {
  const periodMs = 40 * minuteMs;
  const watch = createLeakWatch({ windowsMs: [2 * minuteMs] });
  const toldMs: number[] = [];
  for (let atMs = 0; atMs < 6 * periodMs; atMs += 10_000) {
    watch.pushFloor((100 + 400 * ((atMs / periodMs) % 1)) * mib, atMs);
    if (watch.report().severity !== null) toldMs.push(atMs);
  }
  expect(toldMs.length).toBeGreaterThan(0);
  expect(toldMs.every((atMs) => atMs < periodMs + 4 * minuteMs)).toBe(true);
});

test('[M5] No leak is reported for a floor that is noise alone', () => {
  fc.assert(
    fc.property(fc.integer(), fc.double({ min: 0, max: 100, noNaN: true }), (seed, amplitude) => {
      const floor = (atMs: number) => 50 * mib * (1 + amplitude * noise(seed, atMs));
      expect(watchFloors(floor, 10_000, 6 * 60 * minuteMs).firstMs).toEqual({});
    }),
    { numRuns: 60 },
  );
});

test('[M5] A rising floor under noise is reported, as a warning first and as critical when it goes on', () => {
  fc.assert(
    fc.property(
      fc.record({
        baseMib: fc.double({ min: 16, max: 512, noNaN: true }),
        // Of the base, in the first 18 minutes: what is asked for, to ten times that.
        growth: fc.double({ min: 0.6, max: 5, noNaN: true }),
        // In steps of a window's rise; a window has twelve floors.
        noiseSteps: fc.double({ min: 0, max: 3, noNaN: true }),
        seed: fc.integer(),
      }),
      ({ baseMib, growth, noiseSteps, seed }) => {
        const stepBytes = Math.max(2.5, (baseMib * growth) / 9) * mib;
        const floor = (atMs: number) =>
          baseMib * mib + stepBytes * (atMs / (2 * minuteMs) + noiseSteps * noise(seed, atMs));
        const { firstMs, report } = watchFloors(floor, 10_000, 60 * minuteMs);
        expect(firstMs.warning).toBeGreaterThanOrEqual(20 * minuteMs);
        expect(firstMs.critical).toBeGreaterThan(firstMs.warning!);
        expect(report.severity).toBe('critical');
      },
    ),
    { numRuns: 150 },
  );
});

test('[M5] A slow leak is seen by the longer windows', () => {
  const floor = (atMs: number) => (100 + atMs / minuteMs / 2) * mib;
  const { firstMs, report } = watchFloors(floor, 30_000, 6 * 60 * minuteMs);
  expect(firstMs.warning).toBe(120 * minuteMs);
  expect(report.findings).toMatchObject([{ kind: 'heap-floor' }]);
  expect(report.findings[0]!.bytesPerMinute).toBeCloseTo(mib / 2, -3);
});

test('[M5] Where collections are rare, six that each left more over the time watched are a leak, and five are none', () => {
  const floor = (atMs: number) => (100 + (20 * atMs) / minuteMs) * mib;
  const short = { windowsMs: [2 * minuteMs] };
  // The window of the last one is closed by the one after.
  expect(watchFloors(floor, 5 * minuteMs, 25 * minuteMs, short).firstMs).toEqual({});
  const { firstMs } = watchFloors(floor, 5 * minuteMs, 60 * minuteMs, short);
  expect(firstMs).toEqual({ warning: 30 * minuteMs, critical: 35 * minuteMs });
  const dips = (atMs: number) => floor(atMs) - (atMs === 15 * minuteMs ? 120 * mib : 0);
  expect(watchFloors(dips, 5 * minuteMs, 35 * minuteMs, short).firstMs).toEqual({});
});

test('[M5] Five growing collections in a row, a small heap that settles, and too little growth prove nothing', () => {
  expect(watchFloors((atMs) => (100 + atMs / 1000) * mib, minuteMs, 5 * minuteMs).firstMs).toEqual({});
  expect(watchFloors((atMs) => (6 + (atMs / minuteMs) * 0.1) * mib, 10_000, 60 * minuteMs).firstMs).toEqual({});
  const little = (atMs: number) => (1000 + atMs / minuteMs) * mib;
  expect(watchFloors(little, 10_000, 120 * minuteMs).firstMs).toEqual({});
  expect(watchFloors(little, 10_000, 120 * minuteMs, { growthFactor: 1.01 }).firstMs).toHaveProperty('warning');
});

test('[M5] A leak is over when the floor falls, and when it has stopped to rise', () => {
  const rises = (atMs: number) => (100 + (20 * atMs) / minuteMs) * mib;
  const untilMs = 24 * minuteMs;
  const falls = (atMs: number) => (atMs < untilMs ? rises(atMs) : 120 * mib);
  expect(watchFloors(falls, 10_000, untilMs).report.severity).toBe('warning');
  expect(watchFloors(falls, 10_000, untilMs + 4 * minuteMs).report).toEqual({ severity: null, findings: [] });
  const stops = (atMs: number) => rises(Math.min(atMs, untilMs));
  expect(watchFloors(stops, 10_000, untilMs + 10 * minuteMs).report.severity).toBe('critical');
  expect(watchFloors(stops, 10_000, untilMs + 36 * minuteMs).report.severity).toBe(null);
});

test('[M5] Resident memory that rises by 60 MiB a minute is a warning after 20 minutes and critical after 30', () => {
  const rising = (atMs: number) => ({ rssBytes: (500 + (60 * atMs) / minuteMs) * mib });
  expect(watchSamples(rising, 60 * minuteMs)).toMatchObject([
    { atMinute: 20, report: { severity: 'warning', findings: [{ kind: 'rss', fromBytes: 500 * mib }] } },
    { atMinute: 30, report: { severity: 'critical', findings: [{ kind: 'rss' }] } },
  ]);
  const external = (atMs: number) => ({ externalBytes: rising(atMs).rssBytes });
  expect(watchSamples(external, 25 * minuteMs)).toMatchObject([
    { atMinute: 20, report: { findings: [{ kind: 'external' }] } },
  ]);
  expect(watchSamples((atMs) => ({ rssBytes: (500 + (50 * atMs) / minuteMs) * mib }), 120 * minuteMs)).toEqual([]);
});

test('[M5] Recurring swings of 2 GiB are no leak, at any period up to the time watched', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 30_000, max: 19 * minuteMs }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (periodMs, phase) => {
        const swings = (atMs: number) => ({ rssBytes: 4096 * mib + 2048 * mib * ((atMs / periodMs + phase) % 1) });
        expect(watchSamples(swings, 150 * minuteMs)).toEqual([]);
      },
    ),
    { numRuns: 60 },
  );
});

test('[M5] Windows and factors that can prove nothing are refused', () => {
  for (const options of [{ growthFactor: 1 }, { windows: 3 }, { criticalWindows: 9 }, { steadyCriticalMinutes: 121 }]) {
    expect(() => createLeakWatch(options)).toThrow(RangeError);
  }
});

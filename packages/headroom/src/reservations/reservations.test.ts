import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Sample, SignalName } from '../contracts.ts';
import { MemoryPressureError } from '../pressure-error.ts';
import { createFakeClock, createFakeSensors } from '../testing/index.ts';
import { createReservations } from './index.ts';

function setUp(
  options: { budgetBytes?: number; used?: Partial<Record<SignalName, number>>; limitBytes?: number } = {},
) {
  const clock = createFakeClock();
  const { limitBytes = 1000, budgetBytes } = options;
  const gauges = { ...createFakeSensors().readGauges(), rssBytes: 5000 };
  let sample: Sample;
  /** What is used from now on, seen at the clock's present time. */
  function measure(used: Partial<Record<SignalName, number>>) {
    const signals = Object.fromEntries(
      Object.entries(used).map(([name, usedBytes]) => [name, { usedBytes, limitBytes }]),
    );
    sample = { atMs: clock.now(), signals, pressure: 0.5, tightest: 'old-generation', gauges };
  }
  measure(options.used ?? { 'old-generation': 500 });
  const reservations = createReservations({
    clock,
    sample: () => sample,
    level: () => 'warning',
    ...(budgetBytes !== undefined && { budgetBytes }),
  });
  return { clock, measure, reservations };
}

test('[A1] what is measured, promised and asked for stays below the threshold of each signal it touches', () => {
  const { reservations } = setUp({ used: { 'old-generation': 500, container: 700, external: 100 } });
  expect(() => reservations.reserve(150, { name: 'job' })).toThrow(MemoryPressureError);
  reservations.reserve(100, { name: 'job' });
  expect(() => reservations.reserve(50, { name: 'job' })).toThrow('No room for 50 bytes more of job');
  // What is promised on the heap counts for the container that both are in.
  expect(() => reservations.reserve(50, { name: 'buffer', on: 'external' })).toThrow(MemoryPressureError);
  reservations.reserve(49, { name: 'buffer', on: 'external' });
  expect(reservations.inFlightBytes).toBe(149);
});

test('[A1] each signal that is on limits only what touches it; with none on, nothing does', () => {
  const { reservations } = setUp({ used: { external: 848 } });
  reservations.reserve(1e9, { name: 'heap' });
  expect(() => reservations.reserve(1.5, { name: 'buffer', on: 'external' })).toThrow(MemoryPressureError);
  reservations.reserve(0.5, { name: 'buffer', on: 'external' });
});

test('[A2] a reservation counts in full at first and less and less as later samples measure what it stands for', () => {
  const { clock, measure, reservations } = setUp();
  const held = reservations.reserve(300, { name: 'job', rampMs: 1000 });
  expect(reservations.fits(1)).toBe(49);
  clock.advance(500);
  expect(reservations.fits(1)).toBe(49);
  measure({ 'old-generation': 500 });
  expect(reservations.fits(1)).toBe(199);
  held.resize(400);
  expect(reservations.fits(1)).toBe(99);
  held.resize(200);
  expect(reservations.fits(1)).toBe(224);
  clock.advance(1000);
  measure({ 'old-generation': 800 });
  expect(reservations.fits(1)).toBe(49);
  expect([held.bytes, reservations.inFlightBytes]).toEqual([200, 200]);
  reservations.reserve(40, { name: 'there already', rampMs: 0 });
  expect(reservations.fits(1)).toBe(49);
});

test('[A3] bytes in flight are the sum of what is held, never below 0 or above the budget, and released once', () => {
  const bytes = fc.nat(400);
  const index = fc.nat(9);
  const step = fc.oneof(
    fc.record({ do: fc.constant('reserve' as const), bytes, index }),
    fc.record({ do: fc.constant('resize' as const), bytes, index }),
    fc.record({ do: fc.constant('release' as const), bytes, index }),
    fc.record({ do: fc.constant('wait' as const), bytes, index }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100, size: 'max' }), (steps) => {
      const { clock, measure, reservations } = setUp({ budgetBytes: 900, limitBytes: 2000 });
      const held: ReturnType<typeof reservations.reserve>[] = [];
      for (const { do: what, bytes, index } of steps) {
        const one = held[index];
        const before = reservations.inFlightBytes;
        const had = one?.bytes ?? 0;
        const fits = reservations.fits(bytes - (what === 'resize' ? Math.min(had, bytes) : 0)) > 0;
        let isRefused = false;
        try {
          if (what === 'reserve') held.push(reservations.reserve(bytes, { name: `of ${index}`, rampMs: bytes }));
          else if (what === 'resize') one?.resize(bytes);
          else if (what === 'release') one?.release();
          else {
            clock.advance(bytes);
            measure({ 'old-generation': 3 * bytes });
          }
        } catch (error) {
          if (error instanceof MemoryPressureError) isRefused = true;
          else if (!held.includes(one!) || one!.bytes > 0) throw error;
        }
        if (what === 'reserve' && isRefused === fits) throw new Error(`fits said ${fits}`);
        if (isRefused && reservations.inFlightBytes !== before) throw new Error('a refused one changed something');
        const sum = held.reduce((sum, { bytes }) => sum + bytes, 0);
        if (reservations.inFlightBytes !== sum) throw new Error(`${reservations.inFlightBytes} is not ${sum}`);
        if (sum > 900) throw new Error(`${sum} is above the budget`);
        if (reservations.ledger().accountedBytes !== sum) throw new Error('the ledger differs');
      }
      for (const one of held) {
        one.release();
        one.release();
        if (one.bytes !== 0) throw new Error('something is left');
      }
      if (reservations.inFlightBytes !== 0 || reservations.count !== 0) throw new Error('something is left');
      if (reservations.ledger().entries.length > 0) throw new Error('a name is left');
    }),
  );
});

test('[A3] the end of a block releases too; a released one can’t be resized', () => {
  const { reservations } = setUp();
  const held = reservations.reserve(100, { name: 'job' });
  held[Symbol.dispose]();
  held.release();
  expect([reservations.inFlightBytes, held.bytes]).toEqual([0, 0]);
  expect(() => held.resize(10)).toThrow('released');
  expect(() => reservations.reserve(-1, { name: 'job' })).toThrow(RangeError);
  expect(() => reservations.reserve(Number.NaN, { name: 'job' })).toThrow(RangeError);
});

test('[A4] a refusal says the readings, what is in flight, and when to try again; it reserves nothing', () => {
  const { reservations } = setUp();
  reservations.reserve(300, { name: 'job' });
  let refusal: unknown;
  try {
    reservations.reserve(60, { name: 'job' });
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toMatchObject({
    code: 'MEMORY_PRESSURE',
    statusCode: 503,
    retryAfterMs: 2000,
    readings: {
      level: 'warning',
      signals: { 'old-generation': { usedBytes: 500, limitBytes: 1000 } },
      requestedBytes: 60,
      inFlightBytes: 300,
    },
  });
  expect([reservations.inFlightBytes, reservations.refused]).toEqual([300, 1]);
});

test('[A5] the ledger asks each account, sums caches and reservations with them, and says what is unexplained', () => {
  const { reservations } = setUp();
  let bytes = 1000;
  const stop = reservations.account('meetings', () => bytes);
  reservations.account('broken', () => {
    throw new Error('no idea');
  });
  reservations.account('nonsense', () => Number.NaN);
  reservations.reserve(100, { name: 'job' });
  reservations.reserve(50, { name: 'job' });
  bytes = 1200;
  expect(reservations.ledger([{ name: 'minutes', kind: 'cache', bytes: 300 }])).toEqual({
    entries: [
      { name: 'meetings', kind: 'component', bytes: 1200 },
      { name: 'broken', kind: 'component', bytes: 0 },
      { name: 'nonsense', kind: 'component', bytes: 0 },
      { name: 'minutes', kind: 'cache', bytes: 300 },
      { name: 'job', kind: 'reservation', bytes: 150 },
    ],
    accountedBytes: 1650,
    measuredBytes: 5000,
    unexplainedBytes: 3350,
  });
  expect(() => reservations.account('meetings', () => 1)).toThrow('meetings');
  stop();
  reservations.account('meetings', () => 1);
  stop();
  expect(reservations.ledger().accountedBytes).toBe(151);
});

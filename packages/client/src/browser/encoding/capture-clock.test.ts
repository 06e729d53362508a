import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { createCaptureClock } from './capture-clock.ts';

const rate = 48_000;
const blockMs = 60;
const block = (rate * blockMs) / 1_000;

/** Captures blocks whose last samples came at these times; tells where in the track each begins. */
function places(endedAtMs: readonly number[]): number[] {
  const clock = createCaptureClock(rate);
  const starts = endedAtMs.map((at) => {
    const start = clock.encoderMs();
    clock.advance(block, at);
    return start;
  });
  return starts.map((start) => clock.trackMs(start));
}

it('adds samples up, however unevenly they come', () => {
  const delays = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 100 });
  fc.assert(
    fc.property(delays, (late) => {
      const found = places(late.map((delayMs, index) => 1_000 + (index + 1) * blockMs + delayMs));
      expect(found).toEqual(late.map((_, index) => index * blockMs));
    }),
  );
});

it('goes on by the time in which no samples came', () => {
  const found = places([1_060, 1_120, 8_180, 8_240]);
  expect(found).toEqual([0, 60, 7_120, 7_180]);
});

it('does not follow a clock that was set back, nor one that drifts', () => {
  const setBack = [1_060, 1_120, 500, 560];
  expect(places(setBack)).toEqual([0, 60, 120, 180]);
  const drifting = Array.from({ length: 1_000 }, (_, index) => 1_000 + index * (blockMs + 1));
  expect(places(drifting).at(-1)).toBe(999 * blockMs);
});

it('keeps a jump until the encoder has come so far', () => {
  const clock = createCaptureClock(rate);
  for (const at of [60, 120, 5_180]) clock.advance(block, at);
  expect(clock.trackMs(0)).toBe(0);
  expect(clock.trackMs(60)).toBe(60);
  // A microsecond short, as an encoder that rounds down would tell it.
  expect(clock.trackMs(119.999)).toBeCloseTo(5_119.999);
  expect(clock.trackMs(180)).toBe(5_180);
});

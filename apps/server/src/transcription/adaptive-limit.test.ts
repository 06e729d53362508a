import { describe, expect, it } from 'vitest';
import { createAdaptiveLimit } from './adaptive-limit.ts';

/** What the nth of so many calls at once meets: its latency, or a refusal. */
type Provider = (nth: number, atOnce: number) => number | 'refused';

/** Keeps as many calls under way as the limit allows, for so many answers; gives back the limits on the way. */
function press(limit: ReturnType<typeof createAdaptiveLimit>, provider: Provider, answers: number) {
  const limits: number[] = [];
  let refusals = 0;
  for (let done = 0; done < answers;) {
    const calls = Array.from({ length: limit.limit }, (_, index) => limit.begin(index + 1));
    for (const [index, call] of calls.entries()) {
      const met = provider(index + 1, calls.length);
      if (met === 'refused') {
        refusals += 1;
        call.refused();
      } else {
        call.answered(met);
      }
    }
    done += calls.length;
    limits.push(limit.limit);
  }
  return { limits, refusals };
}

const refusesAbove =
  (known: number): Provider =>
  (nth) =>
    nth > known ? 'refused' : 100;
const queuesAbove =
  (known: number): Provider =>
  (_, atOnce) =>
    100 * Math.max(1, atOnce / known);

describe('createAdaptiveLimit', () => {
  it.each([5, 20, 50])('finds %i calls where more are refused, and seldom tries more', (known) => {
    const limit = createAdaptiveLimit({ start: 4, max: 200 });
    press(limit, refusesAbove(known), Math.max(known, 16) * 50);
    const { limits, refusals } = press(limit, refusesAbove(known), known * 200);
    expect(Math.min(...limits.slice(-50))).toBeGreaterThanOrEqual(Math.floor(known * 0.45));
    expect(limits.toSorted((a, b) => a - b)[limits.length >> 1]).toBe(known);
    expect(refusals / (known * 200)).toBeLessThan(0.01);
  });

  it.each([5, 20, 50])('finds about %i calls where more only wait', (known) => {
    const limit = createAdaptiveLimit({ start: 4, max: 200 });
    press(limit, queuesAbove(known), 16 * known * 10);
    const { limits } = press(limit, queuesAbove(known), known * 200);
    const median = limits.toSorted((a, b) => a - b)[limits.length >> 1];
    expect(median).toBeGreaterThanOrEqual(known * 0.9);
    expect(median).toBeLessThanOrEqual(known * 1.6 + 1);
  });

  it('follows a provider that bears more than it did', () => {
    const limit = createAdaptiveLimit({ start: 4, max: 200 });
    press(limit, refusesAbove(10), 2000);
    expect(limit.limit).toBeLessThanOrEqual(11);
    press(limit, refusesAbove(100), 60_000);
    expect(limit.limit).toBeGreaterThan(40);
  });

  it('never leaves 1 to the maximum, and keeps a fixed one', () => {
    const limit = createAdaptiveLimit({ start: 4, max: 6 });
    expect(Math.max(...press(limit, () => 100, 500).limits)).toBe(6);
    expect(Math.min(...press(limit, () => 'refused', 50).limits)).toBe(1);
    const fixed = createAdaptiveLimit({ start: 3, max: 3 });
    expect(new Set(press(fixed, (inFlight) => (inFlight > 2 ? 'refused' : 100), 300).limits)).toEqual(new Set([3]));
  });

  it('does not take the spread of sounds for a queue', () => {
    const limit = createAdaptiveLimit({ start: 4, max: 64 });
    let turn = 0;
    press(limit, () => 50 + ((turn += 37) % 150), 5000);
    expect(limit.limit).toBeGreaterThanOrEqual(16);
  });
});

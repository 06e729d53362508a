import * as fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import type { Reading, Sample, SignalName } from '../contracts.ts';
import { MemoryPressureError } from '../pressure-error.ts';
import { createFakeClock } from '../testing/index.ts';
import { createBreaker, type BreakerOptions } from './breaker.ts';

/** A breaker with a memory whose pressure is set by hand; `push` is what the timer does. */
function build(options: Partial<BreakerOptions> = {}) {
  const clock = createFakeClock();
  let pressure = 0;
  let tightest: SignalName = 'old-generation';
  let last = take();
  let looks = 0;
  function take() {
    return { atMs: clock.now(), pressure, tightest, signals: {} } as unknown as Sample;
  }
  const breaker = createBreaker({
    clock: { ...clock, now: () => ((looks += 1), clock.now()) },
    maxAgeMs: 500,
    nearMaxAgeMs: 200,
    level: () => 'critical',
    sample: () => last,
    resample: () => (last = take()),
    ...options,
  });
  return {
    breaker,
    clock,
    take,
    set: (next: number, signal: SignalName = 'old-generation') => ([pressure, tightest] = [next, signal]),
    push(next: number, signal: SignalName = 'old-generation') {
      [pressure, tightest] = [next, signal];
      breaker.onSample((last = take()));
      return breaker.state;
    },
    looks: () => looks,
  };
}

test('[B1] closed it does nothing; open it throws the readings and when to try again', () => {
  const { breaker, push } = build();
  expect(breaker.check()).toBeUndefined();
  push(0.9, 'container');
  expect(() => breaker.check()).toThrow(MemoryPressureError);
  expect(() => breaker.check()).toThrow(
    expect.objectContaining({
      statusCode: 503,
      retryAfterMs: 2000,
      readings: { level: 'critical', pressure: 0.9, tightest: 'container', signals: {} },
    }),
  );
  expect(breaker.rejections).toBe(2);
  expect(breaker.usage()).toMatchObject({ state: 'open', pressure: 0.9 });
});

test('[B2] one sample at the threshold opens it, one just below does not', () => {
  const { breaker, push } = build();
  expect(push(0.7999)).toBe('closed');
  expect(push(0.8)).toBe('open');
  expect(push(0.9)).toBe('open');
  expect(breaker.trips).toBe(1);
});

test('[B3] where the timer was held up, the guard takes the sample itself', () => {
  const { breaker, clock, set } = build();
  breaker.check();
  set(0.9);
  clock.advance(500);
  expect(() => breaker.check()).not.toThrow();
  clock.advance(1);
  expect(() => breaker.check()).toThrow(MemoryPressureError);
});

test('[B3] near the threshold readings age sooner, and every call looks', () => {
  const { breaker, clock, push, set, looks } = build();
  push(0.75);
  const before = looks();
  for (let call = 0; call < 100; call += 1) breaker.check();
  expect(looks() - before).toBe(100);
  set(0.9);
  clock.advance(201);
  expect(() => breaker.check()).toThrow(MemoryPressureError);
});

test('[B3] a fast caller looks rarely, a slow one each time; one that becomes slow is found out within 256 calls', () => {
  const { breaker, clock, looks, set } = build();
  for (let call = 0; call < 100_000; call += 1) breaker.check();
  expect(looks()).toBeLessThan(1000);
  const slow = () => {
    clock.advance(20);
    breaker.check();
  };
  for (let call = 0; call < 256; call += 1) slow();
  const before = looks();
  for (let call = 0; call < 10; call += 1) slow();
  expect(looks() - before).toBe(10);
  set(0.9);
  clock.advance(501);
  expect(slow).toThrow(MemoryPressureError);
});

test('[B3] what guards trusted was never older than they are told, whatever the pace', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 11, max: 400, noNaN: true }), { maxLength: 100 }), (pauses) => {
      const { breaker, clock, set } = build();
      breaker.check();
      set(0.85);
      let waitedMs = 0;
      for (const pauseMs of pauses) {
        clock.advance(pauseMs);
        waitedMs += pauseMs;
        const refused = refuses(() => breaker.check());
        expect(refused || waitedMs <= 500).toBe(true);
        if (refused) return;
      }
    }),
  );
});

test('[B3] between samples a guard glances at the old generation, no sooner than it can be short, and takes a sample where it is alarming', () => {
  const limitBytes = 100e6;
  let usedBytes = 30e6;
  const glance = vi.fn<() => Reading>(() => ({ usedBytes, limitBytes }));
  const { breaker, clock, set, take } = build({ glance });
  const calls = () => {
    for (let call = 0; call < 256; call += 1) breaker.check();
    return glance.mock.calls.length;
  };
  breaker.onSample({ ...take(), signals: { 'old-generation': { usedBytes, limitBytes } } });
  clock.advance(99);
  expect(calls()).toBe(0);
  clock.advance(1);
  expect(calls()).toBe(1);
  expect(calls()).toBe(1);
  set(0.85);
  usedBytes = 85e6;
  clock.advance(100);
  expect(calls).toThrow(MemoryPressureError);
  clock.advance(25);
  expect(calls).toThrow(MemoryPressureError);
  expect(glance).toHaveBeenCalledTimes(2);
});

test('[B7] it opens below the threshold where what gets old next would fill the old generation, and stays so until it would not', () => {
  const { breaker, clock, take } = build();
  const push = (usedBytes: number, soonBytes: number) => {
    const signals = { 'old-generation': { usedBytes, soonBytes, limitBytes: 100 } };
    breaker.onSample({ ...take(), pressure: usedBytes / 100, signals });
    clock.advance(250);
    return breaker.state;
  };
  expect(push(60, 34)).toBe('closed');
  expect(push(60, 35)).toBe('open');
  expect(push(70, 30)).toBe('open');
  expect(push(70, 10)).toBe('half-open');
});

test('[B3] a reading is fresh also where only usage is asked for', () => {
  const { breaker, clock, set } = build();
  set(0.5);
  clock.advance(1000);
  expect(breaker.usage().pressure).toBe(0.5);
});

const refuses = (call: () => void) => {
  try {
    call();
    return false;
  } catch (error) {
    return error instanceof MemoryPressureError;
  }
};

test('[B4] below the threshold less the band as many calls as told are tried, then it closes', () => {
  const { breaker, push } = build({ trials: 2 });
  push(0.8);
  expect(push(0.75)).toBe('open');
  expect(push(0.7499)).toBe('half-open');
  expect(refuses(() => breaker.check())).toBe(false);
  expect(push(0.5)).toBe('half-open');
  expect(refuses(() => breaker.check())).toBe(false);
  expect(refuses(() => breaker.check())).toBe(true);
  expect(push(0.76)).toBe('half-open');
  expect(push(0.5)).toBe('closed');
});

test('[B4] when pressure is back it opens again', () => {
  const { breaker, push } = build();
  push(0.8);
  push(0.7);
  breaker.check();
  expect(push(0.8)).toBe('open');
  expect(breaker.trips).toBe(2);
  push(0.7);
  expect([1, 2, 3, 4].map(() => refuses(() => breaker.check()))).toEqual([false, false, false, true]);
});

test('[B4] a trial without end keeps others out for a time only', () => {
  const { breaker, clock, push } = build({ trials: 1, longestTrialMs: 10_000 });
  push(0.8);
  push(0.1);
  void breaker.run(() => new Promise(() => undefined));
  clock.advance(9999);
  expect(push(0.1)).toBe('half-open');
  clock.advance(1);
  expect(push(0.1)).toBe('closed');
});

test('[B5] run gives what was given and throws what was thrown; neither is a verdict on memory', async () => {
  const { breaker, push } = build({ trials: 3 });
  expect(breaker.run(() => 7)).toBe(7);
  push(0.8);
  const never = vi.fn<() => void>();
  expect(() => breaker.run(never)).toThrow(MemoryPressureError);
  expect(never).not.toHaveBeenCalled();

  push(0.1);
  const fails = () => {
    throw new Error('its own');
  };
  expect(() => breaker.run(fails)).toThrow('its own');
  await expect(breaker.run(async () => fails())).rejects.toThrow('its own');
  expect(breaker.state).toBe('half-open');
  await expect(breaker.run(async () => 8)).resolves.toBe(8);
  expect(breaker.state).toBe('closed');
});

test('[B5] the last trial to end measures what they have done; one of an older round says nothing', async () => {
  const { breaker, push, set } = build({ trials: 1 });
  push(0.8);
  push(0.1);
  breaker.run(() => set(0.85));
  expect(breaker.state).toBe('open');

  push(0.1);
  let end = () => {};
  const late = breaker.run(() => new Promise<void>((resolve) => (end = resolve)));
  push(0.9);
  push(0.1);
  void breaker.run(() => new Promise(() => undefined));
  end();
  await late;
  expect(breaker.state).toBe('half-open');
});

test('[B6] a full old generation is read again after a collection before it opens', () => {
  const world = build({ recheck: () => collect() });
  const collect = vi.fn<() => Sample>(() => (world.set(0.4), world.take()));
  expect(world.push(0.9)).toBe('closed');
  expect(collect).toHaveBeenCalledTimes(1);
  expect(world.push(0.9, 'container')).toBe('open');
  expect(collect).toHaveBeenCalledTimes(1);
});

test('[B6] still full after it, or with no collection allowed now, it opens; an open one does not collect', () => {
  const full = build({ recheck: () => collect() });
  const collect = vi.fn<() => Sample>(() => full.take());
  expect(full.push(0.9)).toBe('open');
  expect(full.push(0.95)).toBe('open');
  expect(collect).toHaveBeenCalledTimes(1);
  expect(full.breaker.trips).toBe(1);
  expect(build({ recheck: () => null }).push(0.9)).toBe('open');
});

test('settings that could never close are refused', () => {
  expect(() => build({ at: 0.04 })).toThrow(RangeError);
  expect(() => build({ band: 0 })).toThrow(RangeError);
  expect(() => build({ at: Number.NaN })).toThrow(RangeError);
  expect(() => build({ trials: 0 })).toThrow('trials');
});

test('after stop it is closed for good, and takes no samples', () => {
  const { breaker, clock, push, set } = build();
  push(0.9);
  breaker.stop();
  breaker.check();
  set(0.95);
  clock.advance(10_000);
  breaker.check();
  expect(breaker.usage()).toMatchObject({ state: 'closed', pressure: 0.9 });
  expect(push(0.99)).toBe('closed');
});

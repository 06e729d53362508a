import { expect, test } from 'vitest';
import type { Sample, SignalName } from '../contracts.ts';
import { forecast } from './forecast.ts';
import { defaultLevelOptions } from './level-machine.ts';

const { thresholds } = defaultLevelOptions;

/** Samples a quarter of a second apart, of a limit of 1000 bytes. */
const course = (count: number, ratios: (seconds: number) => Partial<Record<SignalName, number>>): Sample[] =>
  Array.from({ length: count }, (_, at) => {
    const signals = Object.fromEntries(
      Object.entries(ratios(at / 4)).map(([name, ratio]) => [name, { usedBytes: ratio * 1000, limitBytes: 1000 }]),
    );
    return { atMs: at * 250, signals, pressure: 0, tightest: null } as unknown as Sample;
  });

test('[L8] a steady rise reaches the next level when its line does', () => {
  const samples = course(41, (seconds) => ({ 'old-generation': 0.5 + seconds * 0.01 }));
  const found = forecast(samples, 'normal', thresholds);
  expect(found).toMatchObject({ level: 'warning', signal: 'old-generation' });
  expect(found?.inMs).toBeCloseTo(10_000, -1);
});

test('[L8] of several signals the soonest counts, not the highest', () => {
  const samples = course(41, (seconds) => ({ rss: 0.69 + seconds * 1e-4, container: 0.3 + seconds * 0.03 }));
  expect(forecast(samples, 'normal', thresholds)).toMatchObject({ level: 'warning', signal: 'container' });
});

test('[L8] the level after the present one is told, and none after emergency', () => {
  const samples = course(41, (seconds) => ({ rss: 0.7 + seconds * 0.01 }));
  expect(forecast(samples, 'warning', thresholds)?.level).toBe('critical');
  expect(forecast(samples, 'critical', thresholds)?.level).toBe('emergency');
  expect(forecast(samples, 'emergency', thresholds)).toBeNull();
});

test('[L8] none where all fall or are flat, or where there is too little to tell', () => {
  const of = (ratio: (seconds: number) => number, count = 41) =>
    forecast(
      course(count, (seconds) => ({ rss: ratio(seconds) })),
      'normal',
      thresholds,
    );
  expect(of(() => 0.6)).toBeNull();
  expect(of((seconds) => 0.6 - seconds * 0.01)).toBeNull();
  expect(of((seconds) => 0.5 + seconds * 1e-9)).toBeNull();
  expect(of((seconds) => 0.5 + seconds * 0.1, 3)).toBeNull();
  expect(forecast([], 'normal', thresholds)).toBeNull();
});

test('[L8] what is already above waits for its confirmation alone; what went off is not told of', () => {
  const rising = course(41, (seconds) => ({ rss: 0.65 + seconds * 0.01 }));
  expect(forecast(rising, 'normal', thresholds)?.inMs).toBe(0);
  expect(forecast([...rising, { ...rising.at(-1)!, signals: {} }], 'normal', thresholds)).toBeNull();
});

test('[L8] only the last half minute counts', () => {
  const samples = course(400, (seconds) => ({ rss: seconds < 60 ? 0.1 + seconds * 0.01 : 0.65 }));
  expect(forecast(samples, 'normal', thresholds)).toBeNull();
});

test('[L8] a rise that has ended, or was given back, is no slope any more', () => {
  const risen = (seconds: number) => Math.min(0.86, 0.3 + seconds * 0.1);
  const held = course(60, (seconds) => ({ rss: risen(seconds) }));
  expect(forecast(held, 'critical', thresholds)).toBeNull();
  const givenBack = course(60, (seconds) => ({ rss: seconds < 12 ? risen(seconds) : 0.32 }));
  expect(forecast(givenBack, 'critical', thresholds)).toBeNull();
});

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import type { Log, Sample } from '../contracts.ts';
import { createFakeClock, createFakeSensors } from '../testing/index.ts';
import { createMonitor, type MonitorOptions } from './monitor.ts';

const minuteMs = 60_000;

function setUp(options: Partial<MonitorOptions> = {}) {
  const clock = createFakeClock();
  const sensors = createFakeSensors(clock);
  const lines: { severity: string; fields: Record<string, unknown>; message: string }[] = [];
  const write = (severity: string) => (fields: object, message: string) =>
    void lines.push({ severity, fields: { ...fields }, message });
  const log: Log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  let isUrgent = false;
  const monitor = createMonitor({ sensors, clock, log, urgent: () => isUrgent, ...options });
  const samples: Sample[] = [];
  monitor.onSample((sample) => void samples.push(sample));
  const setUrgent = (value: boolean) => void (isUrgent = value);
  return { clock, sensors, lines, monitor, samples, setUrgent };
}

test('[M1] One timer samples at one pace, and at the other while it is urgent', () => {
  const { clock, monitor, samples, setUrgent } = setUp();
  monitor.start();
  monitor.start();
  expect(clock.pending).toBe(1);
  clock.advance(1000);
  expect(samples.map(({ atMs }) => atMs)).toEqual([0, 250, 500, 750, 1000]);
  setUrgent(true);
  clock.advance(550);
  expect(samples.slice(5).map(({ atMs }) => atMs)).toEqual([1250, 1350, 1450, 1550]);
  expect(clock.pending).toBe(1);
});

test('[M1] A sample in which it becomes urgent is followed by the next at the urgent pace', () => {
  const { clock, monitor, samples, setUrgent } = setUp({ sampleMs: 250, urgentSampleMs: 100 });
  monitor.onSample(() => setUrgent(samples.length > 1));
  monitor.start();
  clock.advance(450);
  expect(samples.map(({ atMs }) => atMs)).toEqual([0, 250, 350, 450]);
});

test('[M1] A sample taken in between starts the timer anew; after stop nothing is scheduled and nothing held', () => {
  const { clock, sensors, monitor, samples } = setUp();
  monitor.start();
  clock.advance(100);
  monitor.sample();
  expect(clock.pending).toBe(1);
  clock.advance(249);
  expect(samples).toHaveLength(2);
  clock.advance(1);
  expect(samples).toHaveLength(3);

  monitor.stop();
  expect(clock.pending).toBe(0);
  expect(sensors.listeners).toBe(0);
  clock.advance(minuteMs);
  expect(samples).toHaveLength(3);
  monitor.sample();
  expect(clock.pending).toBe(0);
  monitor.start();
  expect(clock.pending).toBe(1);
});

test('[M1] A listener may stop the monitor, or fail: sampling goes on for the others', () => {
  const { clock, lines, monitor, samples } = setUp();
  monitor.onSample(() => {
    throw new Error('mine');
  });
  monitor.onSample(() => {
    if (samples.length === 3) monitor.stop();
  });
  monitor.start();
  clock.advance(10_000);
  expect(samples).toHaveLength(3);
  expect(clock.pending).toBe(0);
  expect(lines.map(({ message }) => message)).toEqual(['a listener of the memory monitor has failed']);
});

test('[M2] Pressure is the highest ratio of the signals that are on, and each is reported', () => {
  const { sensors, monitor } = setUp();
  expect(monitor.sample()).toMatchObject({ pressure: 0, tightest: null, signals: {} });
  const signals = {
    'old-generation': { usedBytes: 50, limitBytes: 100 },
    container: { usedBytes: 30, limitBytes: 50 },
    rss: { usedBytes: 10, limitBytes: 1000 },
  };
  sensors.set(signals);
  expect(monitor.sample()).toMatchObject({ pressure: 0.6, tightest: 'container', signals });
  sensors.set({ ...signals, external: { usedBytes: 12, limitBytes: 10 } });
  expect(monitor.sample()).toMatchObject({ pressure: 1.2, tightest: 'external' });
});

test('[M2] A reading without a sensible ratio counts for nothing', () => {
  const { sensors, monitor } = setUp();
  sensors.set({
    'old-generation': { usedBytes: 1, limitBytes: 2 },
    container: { usedBytes: 5, limitBytes: 0 },
    rss: { usedBytes: Number.NaN, limitBytes: 7 },
    external: { usedBytes: 5, limitBytes: -1 },
  });
  const sample = monitor.sample();
  expect(sample).toMatchObject({ pressure: 0.5, tightest: 'old-generation' });
  expect(Object.keys(sample.signals)).toEqual(['old-generation']);
});

test('[M3] The fine ring holds the last minute and the coarse one an hour of summaries', () => {
  const { clock, sensors, monitor } = setUp();
  sensors.setRatio(0.5);
  monitor.start();
  expect(monitor.history().minutes).toHaveLength(1);
  clock.advance(90 * minuteMs);
  const { fine, minutes } = monitor.history();
  expect(fine).toHaveLength(240);
  expect(fine.every(({ atMs }) => atMs > clock.now() - minuteMs)).toBe(true);
  expect(minutes).toHaveLength(60);
  expect(minutes[0]!.fromMs).toBe(31 * minuteMs);
  expect(minutes.at(-1)).toMatchObject({ fromMs: 90 * minuteMs, samples: 1 });
  expect(minutes.at(-2)!.samples).toBe(240);
});

test('[M3] A sample older than its minute is no longer held', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const { clock, monitor, samples } = setUp();
  const seen: WeakRef<Sample>[] = [];
  monitor.onSample((sample) => void seen.push(new WeakRef(sample)));
  monitor.start();
  clock.advance(2 * minuteMs);
  samples.length = 0;
  // What a WeakRef was made of is held until its turn is over.
  for (let turn = 0; turn < 5; turn += 1) {
    await new Promise((resolve) => void setTimeout(resolve, 1));
    collect();
  }
  expect(seen).toHaveLength(481);
  expect(seen.filter((sample) => sample.deref() !== undefined)).toHaveLength(240);
});

test('[M3] A summary has the least, mean, most and last of its minute', () => {
  const { clock, sensors, monitor } = setUp();
  for (const [ratio, rssBytes] of [
    [0.2, 10],
    [0.8, 40],
    [0.5, 10],
  ] as const) {
    // oxfmt-ignore
    sensors.setRatio(ratio, 'container');
    sensors.setGauges({ rssBytes });
    monitor.sample();
    clock.advance(1000);
  }
  const [minute] = monitor.history().minutes;
  expect(minute).toMatchObject({
    samples: 3,
    pressure: { least: 0.2, mean: 0.5, most: 0.8, last: 0.5 },
    rssBytes: { least: 10, mean: 20, most: 40, last: 10 },
    signals: { container: { least: 0.2, most: 0.8, last: 0.5 } },
  });
});

test('[M3] Samples forced at any pace leave both rings bounded, and what is old is not shown after a pause', () => {
  const { clock, monitor } = setUp();
  for (let taken = 0; taken < 5000; taken += 1) {
    monitor.sample();
    clock.advance(1);
  }
  expect(monitor.history().fine.length).toBe(601);
  clock.advance(2 * 60 * minuteMs);
  expect(monitor.history()).toEqual({ fine: [], minutes: [] });
});

test('[M4] track gives what the function gave, and what memory was before and after', async () => {
  const { clock, sensors, lines, monitor } = setUp();
  sensors.setGauges({ heapUsedBytes: 100, rssBytes: 500, externalBytes: 7 });
  const work = () => {
    sensors.setGauges({ heapUsedBytes: 160, rssBytes: 480, externalBytes: 7 });
    clock.advance(30);
    return 'made';
  };
  const figures = {
    name: 'minutes',
    durationMs: 30,
    heap: { beforeBytes: 100, afterBytes: 160, diffBytes: 60 },
    rss: { beforeBytes: 500, afterBytes: 480, diffBytes: -20 },
    external: { beforeBytes: 7, afterBytes: 7, diffBytes: 0 },
  };
  expect(monitor.track('minutes', work)).toEqual({ value: 'made', ...figures });
  expect(lines).toEqual([{ severity: 'debug', fields: figures, message: 'tracked' }]);
  sensors.setGauges({ heapUsedBytes: 100, rssBytes: 500 });
  const tracked = await monitor.track('minutes', async () => {
    await Promise.resolve();
    return work();
  });
  expect(tracked).toEqual({ value: 'made', ...figures });
});

test('[M4] What the function throws goes through as it is, with the figures logged', async () => {
  const { lines, monitor } = setUp();
  const error = new Error('as it is');
  const fail = () => {
    throw error;
  };
  expect(() => monitor.track('sync', fail)).toThrow(error);
  await expect(monitor.track('async', () => Promise.reject(error))).rejects.toBe(error);
  expect(lines.map(({ fields }) => [fields['name'], fields['error']])).toEqual([
    ['sync', error],
    ['async', error],
  ]);
});

test('[M4] A stall that shows while something is tracked is in the next sample all the same', () => {
  const { sensors, monitor } = setUp();
  const calm = { p99DelayMs: 1, maxDelayMs: 1, utilization: 0.1 };
  sensors.setGauges({ eventLoop: { p99DelayMs: 90, maxDelayMs: 100, utilization: 0.9 } });
  monitor.track('stalls', () => sensors.setGauges({ eventLoop: calm }));
  expect(monitor.sample().gauges.eventLoop).toEqual({ p99DelayMs: 90, maxDelayMs: 100, utilization: 0.9 });
  expect(monitor.sample().gauges.eventLoop).toEqual(calm);
});

test('[M6] Samples at warning and above are logged with their readings, once in the interval', () => {
  const { clock, sensors, lines, monitor } = setUp();
  sensors.setRatio(0.699);
  monitor.start();
  clock.advance(10_000);
  expect(lines).toEqual([]);
  sensors.setRatio(0.7);
  clock.advance(minuteMs);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({
    severity: 'warn',
    message: 'memory is short',
    fields: { pressure: 0.7, tightest: 'old-generation', rssBytes: 0 },
  });
  clock.advance(minuteMs);
  expect(lines).toHaveLength(2);
});

test('[M6] Changes of level are logged as they come, each level once in the interval', () => {
  const { clock, lines, monitor } = setUp();
  const sample = monitor.sample();
  const swing = () => {
    monitor.logChange({ level: 'warning', previous: 'normal', generation: 1, sample });
    monitor.logChange({ level: 'critical', previous: 'warning', generation: 2, sample });
    monitor.logChange({ level: 'normal', previous: 'warning', generation: 3, sample });
  };
  swing();
  swing();
  expect(lines.map(({ severity, message }) => `${severity} ${message}`)).toEqual([
    'warn memory is at warning',
    'warn memory is at critical',
    'info memory is back to normal',
  ]);
  expect(lines[0]!.fields).toMatchObject({ level: 'warning', previous: 'normal', pressure: 0 });
  clock.advance(minuteMs);
  swing();
  expect(lines).toHaveLength(6);
});

test('[M5] [M6] A leak is told and logged when it begins, gets worse and is over', () => {
  const { clock, sensors, lines, monitor } = setUp();
  const told: unknown[] = [];
  monitor.onLeak(({ severity, findings }) => void told.push([severity, ...findings.map(({ kind }) => kind)]));
  monitor.start();
  for (let minute = 0; minute < 40; minute += 1) {
    sensors.collect((100 + 10 * minute) * 1e6);
    clock.advance(minuteMs);
  }
  expect(monitor.leak()).toMatchObject({ severity: 'critical', findings: [{ kind: 'heap-floor', fromBytes: 1e8 }] });
  for (let minute = 0; minute < 5; minute += 1) {
    sensors.collect(100e6);
    clock.advance(minuteMs);
  }
  expect(monitor.leak()).toEqual({ severity: null, findings: [] });
  expect(told).toEqual([['warning', 'heap-floor'], ['critical', 'heap-floor'], [null]]);
  expect(lines.map(({ message }) => message)).toEqual([
    'memory is leaking',
    'memory is leaking',
    'memory is leaking no more',
  ]);
});

test('[M7] Sensors that throw turn signals off for that sample, are logged once, and sampling goes on', () => {
  const { clock, sensors, lines, monitor, samples } = setUp();
  sensors.setRatio(0.5);
  sensors.setGauges({ rssBytes: 7 });
  monitor.start();
  sensors.fail('signals', new Error('gone'));
  clock.advance(500);
  expect(samples.slice(1)).toMatchObject([
    { pressure: 0, tightest: null, signals: {}, gauges: { rssBytes: 7 } },
    { pressure: 0, tightest: null },
  ]);
  expect(lines).toMatchObject([{ severity: 'warn', fields: { sensor: 'signals' } }]);
  sensors.fail('signals', null);
  sensors.fail('gauges', new Error('gone too'));
  clock.advance(250);
  expect(samples.at(-1)).toMatchObject({ pressure: 0.5, gauges: { rssBytes: 7 } });
  clock.advance(10 * minuteMs);
  expect(lines.filter(({ fields }) => fields['sensor'] === 'gauges')).toHaveLength(11);
  monitor.logSensor('gauges', new Error('within its interval'));
  monitor.logSensor('container', new Error('another'));
  expect(lines.at(-1)).toMatchObject({ fields: { sensor: 'container' } });
});

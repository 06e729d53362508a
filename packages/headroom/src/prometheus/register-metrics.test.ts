import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import type { Level } from '../contracts.ts';
import { createFakeSensors } from '../testing/index.ts';
import { registerMetrics, type MetricsSource } from './register-metrics.ts';

function setUp() {
  const sensors = createFakeSensors();
  const state = { level: 'normal' as Level, reads: 0, cached: ['minutes'], breakerTrips: 0, rejected: 0 };
  const source: MetricsSource = {
    get level() {
      return state.level;
    },
    sample() {
      state.reads += 1;
      return {
        atMs: 0,
        signals: sensors.readSignals(),
        pressure: 0.42,
        tightest: 'container',
        gauges: sensors.readGauges(),
      };
    },
    caches: () =>
      state.cached.map((name) => ({
        name,
        bytes: 1000,
        hitRatio: 0.75,
        keysByClass: { user: 3, other: 1 },
        evictions: { size: 2, pressure: 5 },
      })),
    classes: () => [
      { name: 'background', inFlight: 2, queued: 1, entered: 9, refusedForMemory: state.rejected, refusedAsBusy: 6 },
    ],
    leak: () => ({ severity: 'warning' as const }),
    ledger: () => ({ accountedBytes: 10, unexplainedBytes: -3 }),
    get counters() {
      return { levelChanges: 4, breakerTrips: state.breakerTrips, breakerRejections: 7, forcedCollections: 0 };
    },
  };
  const registry = new Registry();
  const unregister = registerMetrics(registry, source);
  const scrape = async () => {
    const text = await registry.metrics();
    return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  };
  return { sensors, state, registry, unregister, scrape };
}

test('[X1] every metric of the rule is there, with its labels, as it is when scraped', async () => {
  const { sensors, state, scrape } = setUp();
  sensors.set({ container: { usedBytes: 420, limitBytes: 1000 }, rss: { usedBytes: 5, limitBytes: 50 } });
  const none = { count: 0, pauseMs: 0 };
  sensors.setGauges({
    collections: { major: { count: 3, pauseMs: 1500 }, minor: none, incremental: none, weak: none },
  });
  state.breakerTrips = 2;
  state.level = 'critical';
  const lines = await scrape();
  for (const line of [
    'memory_leak_state 1',
    'memory_usage_bytes{kind="container"} 420',
    'memory_limit_bytes{kind="container"} 1000',
    'memory_usage_bytes{kind="rss"} 5',
    'memory_usage_percent 42',
    'memory_pressure_level 2',
    'memory_accounted_bytes 10',
    'memory_unexplained_bytes -3',
    'memory_level_changes_total 4',
    'memory_breaker_trips_total 2',
    'memory_breaker_rejections_total 7',
    'cache_size_bytes{cache="minutes"} 1000',
    'cache_hit_ratio{cache="minutes"} 0.75',
    'cache_keys{cache="minutes",key_class="user"} 3',
    'cache_evictions_total{cache="minutes",cause="pressure"} 5',
    'request_class_in_flight{class="background"} 2',
    'request_class_queued{class="background"} 1',
    'request_class_entered_total{class="background"} 9',
    'request_class_rejections_total{class="background",reason="memory"} 0',
    'request_class_rejections_total{class="background",reason="busy"} 6',
    'gc_collections_total{kind="major"} 3',
    'gc_pause_seconds_total{kind="major"} 1.5',
  ]) {
    expect(lines).toContain(line);
  }
});

test('[X1] counters are what they are, however often they are scraped, and nothing is read between scrapes', async () => {
  const { state, scrape } = setUp();
  expect(state.reads).toBe(0);
  for (const rejected of [1, 1, 6]) {
    state.rejected = rejected;
    expect(await scrape()).toContain(`request_class_rejections_total{class="background",reason="memory"} ${rejected}`);
  }
});

test('[X2] a signal that is off has no sample, and one that goes off loses it', async () => {
  const { sensors, scrape } = setUp();
  const ofSignals = async () => (await scrape()).filter((line) => /^memory_(usage|limit)_bytes/.test(line));
  expect(await ofSignals()).toEqual([]);
  sensors.set({ external: { usedBytes: 1, limitBytes: 2 } });
  expect(await ofSignals()).toHaveLength(2);
  sensors.set({});
  expect(await ofSignals()).toEqual([]);
});

test('[X2] labels are names of code: as many samples, however much happens', async () => {
  const { sensors, state, scrape } = setUp();
  const before = (await scrape()).length;
  for (let round = 0; round < 20; round += 1) {
    state.rejected += 100;
    sensors.setRatio(round / 20);
    await scrape();
  }
  // The one signal that is on now has two.
  expect(await scrape()).toHaveLength(before + 2);
});

test('[X1] may be taken out, and registered again', async () => {
  const { registry, unregister, scrape } = setUp();
  unregister();
  expect(await scrape()).toEqual([]);
  registerMetrics(registry, {} as MetricsSource);
});

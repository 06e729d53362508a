import { readdirSync, readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { memoryUsage } from 'node:process';
import { expect, onTestFinished, test } from 'vitest';
import { createFixtureTree, groupV2, mountinfo } from './fixtures/tree.ts';
import { inChild } from './fixtures/in-child.ts';
import { createNodeSensors, type NodeSensorsOptions } from './node-sensors.ts';

const mib = 1024 * 1024;

function open(options: NodeSensorsOptions = {}) {
  const errors: string[] = [];
  const sensors = createNodeSensors({ ...options, onError: (name) => void errors.push(name) });
  onTestFinished(() => sensors.close());
  return { sensors, errors };
}

function blockMs(ms: number) {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}

const pause = (ms: number) => new Promise((resolve) => void setTimeout(resolve, ms));

test('[S5] External memory is a signal against its budget, and off without one', () => {
  expect(open().sensors.readSignals()).not.toHaveProperty('external');
  const { sensors } = open({ externalBudgetBytes: 1000 * mib });
  const before = sensors.readSignals().external!;
  const held = Buffer.alloc(64 * mib, 1);
  const after = sensors.readSignals().external!;
  expect(after.limitBytes).toBe(1000 * mib);
  expect(after.usedBytes - before.usedBytes).toBeGreaterThan(32 * mib);
  expect(held).toHaveLength(64 * mib);
});

test('[S6] Resident memory is measured against its budget, else the machine’s memory', () => {
  expect(open().sensors.readSignals().rss!.limitBytes).toBe(totalmem());
  const { usedBytes, limitBytes } = open({ rssBudgetBytes: 5e9 }).sensors.readSignals().rss!;
  expect(limitBytes).toBe(5e9);
  const ratio = usedBytes / memoryUsage.rss();
  expect(ratio).toBeGreaterThan(0.8);
  expect(ratio).toBeLessThan(1.25);
});

test('[S6] It is read from statm where there is one, in pages; nonsense turns it off', () => {
  const tree = createFixtureTree({ 'proc/self/statm': '765 438 409 5 0 123 0\n' });
  const { sensors, errors } = open({ root: tree.root });
  expect(sensors.readSignals().rss!.usedBytes).toBe(438 * 4096);
  const auxiliary = Buffer.alloc(64);
  [3n, 1n, 6n, 16_384n, 0n, 0n].forEach((word, index) => auxiliary.writeBigUInt64LE(word, index * 8));
  tree.write({ 'proc/self/auxv': auxiliary.toString('latin1') });
  const large = open({ root: tree.root });
  // The fixture is written as UTF-8; all its bytes are below 128.
  expect(large.sensors.readSignals().rss!.usedBytes).toBe(438 * 16_384);
  expect(errors).toEqual([]);
  tree.write({ 'proc/self/statm': 'nonsense\n' });
  expect(sensors.readSignals()).not.toHaveProperty('rss');
  expect(errors).toEqual(['rss']);
  expect(sensors.readSignals()).toHaveProperty('old-generation');
});

test('[S4] [S6] Without /proc the container is off, and resident memory is Node’s own figure', () => {
  const { sensors, errors } = open({ root: createFixtureTree({}).root });
  const signals = sensors.readSignals();
  expect(Object.keys(signals)).toEqual(['old-generation', 'rss']);
  expect(signals.rss!.usedBytes).toBeGreaterThan(10 * mib);
  expect(sensors.readGauges().psi).toBe(null);
  expect(errors).toEqual([]);
});

test('[S4] A group that is nonsense is told at each reading, by the name of its signal', () => {
  const tree = createFixtureTree({
    'proc/self/cgroup': '0::/a\n',
    'proc/self/mountinfo': mountinfo.v2,
    ...groupV2('a', 50, 0, 'plenty\n'),
  });
  const { sensors, errors } = open({ root: tree.root });
  sensors.readSignals();
  expect(sensors.readSignals()).not.toHaveProperty('container');
  expect(errors).toEqual(['container', 'container']);
  tree.write(groupV2('a', 50, 10, 100));
  expect(sensors.readSignals().container).toEqual({ usedBytes: 40, limitBytes: 100 });
});

test('[S4] What fails while the sensors are made is told with the first reading, and once', () => {
  const tree = createFixtureTree({
    'proc/self/cgroup': '0::/a\n',
    'proc/self/mountinfo': mountinfo.v2,
    'sys/fs/cgroup/a/memory.current/folder': 1,
  });
  const { sensors, errors } = open({ root: tree.root });
  expect(errors).toEqual([]);
  sensors.readSignals();
  sensors.readSignals();
  expect(errors).toEqual(['container']);
});

test('[S7] Collections that are reported at once are counted one by one; the floor is told to who listens', async () => {
  const source = `
    const memory = sensors.createNodeSensors();
    const [floors, others] = [[], []];
    memory.onMajorCollection((bytes, atMs) => floors.push([bytes, atMs]));
    memory.onMajorCollection((bytes) => others.push(bytes))();
    const before = memory.readGauges().collections;
    for (let round = 0; round < 5; round += 1) { gc(); gc({ type: 'minor' }); }
    const now = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const after = memory.readGauges().collections;
    memory.close();
    gc();
    await new Promise((resolve) => setTimeout(resolve, 50));
    say({ before, after, floors, others, now, bytes: sensors.oldGenerationBytes() });`;
  interface Seen {
    before: Record<string, { count: number; pauseMs: number }>;
    after: Record<string, { count: number; pauseMs: number }>;
    floors: [number, number][];
    others: number[];
    now: number;
    bytes: number;
  }
  const seen = await inChild<Seen>(source, ['--expose-gc']);
  expect(seen.after['major']!.count - seen.before['major']!.count).toBe(5);
  expect(seen.after['minor']!.count - seen.before['minor']!.count).toBeGreaterThanOrEqual(5);
  expect(seen.after['major']!.pauseMs).toBeGreaterThan(seen.before['major']!.pauseMs);
  expect(seen.floors).toHaveLength(1);
  const [[floorBytes, atMs]] = seen.floors as [[number, number]];
  expect(Math.abs(floorBytes - seen.bytes)).toBeLessThan(4 * mib);
  expect(atMs).toBeGreaterThanOrEqual(seen.now);
  expect(seen.others).toEqual([]);
});

test('[S8] No source of a sensor names what takes milliseconds to read', () => {
  const sources = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.ts') && !path.endsWith('.test.ts'),
  );
  expect(sources.length).toBeGreaterThan(8);
  for (const path of sources) {
    expect(readFileSync(join(import.meta.dirname, path), 'utf8')).not.toMatch(/getHeapCodeStatistics|smaps/);
  }
});

test('[S9] A stall of the loop shows in the next reading, wherever it fell, and raises no signal', async () => {
  const { sensors } = open();
  await pause(100);
  sensors.readGauges();
  blockMs(200);
  // The loop has not turned since: its own histogram knows nothing of the stall yet.
  const within = sensors.readGauges().eventLoop;
  expect(within.maxDelayMs).toBeGreaterThan(120);
  expect(within.utilization).toBeGreaterThan(0.5);
  await pause(100);
  sensors.readGauges();
  await pause(100);
  blockMs(200);
  await pause(60);
  const after = sensors.readGauges().eventLoop;
  expect(after.maxDelayMs).toBeGreaterThan(120);
  expect(after.p99DelayMs).toBeGreaterThan(120);
  expect(Object.keys(sensors.readSignals()).filter((name) => /loop|psi/.test(name))).toEqual([]);
});

test('[S9] Gauges say what the process itself says', () => {
  const { sensors, errors } = open();
  const gauges = sensors.readGauges();
  const usage = memoryUsage();
  for (const [name, bytes] of [
    ['rssBytes', usage.rss],
    ['heapTotalBytes', usage.heapTotal],
  ] as const) {
    expect(Math.abs(gauges[name] - bytes), name).toBeLessThan(32 * mib);
  }
  expect(gauges.arrayBuffersBytes).toBeLessThanOrEqual(gauges.externalBytes);
  expect(gauges.heapUsedBytes).toBeGreaterThan(mib);
  expect(errors).toEqual([]);
});

test('[S8] Closed sensors hold no descriptor, and a process with open ones ends by itself', async () => {
  const source = `
    import { readdirSync } from 'node:fs';
    const count = () => { try { return readdirSync('/proc/self/fd').length; } catch { return 0; } };
    const before = count();
    const memory = sensors.createNodeSensors();
    memory.readSignals();
    const open = count();
    memory.close();
    const closed = count();
    sensors.createNodeSensors().readSignals();
    say({ before, open, closed });`;
  const { before, open, closed } = await inChild<Record<string, number>>(source, ['--max-semi-space-size=16']);
  expect(closed).toBe(before);
  const kept = open! - before!;
  expect(process.platform === 'linux' ? kept > 2 : kept === 0).toBe(true);
});

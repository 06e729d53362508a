import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';
import { expect, test } from 'vitest';
import { inChild } from './fixtures/in-child.ts';
import {
  createOldGenerationSensor,
  learn,
  oldGenerationBytes,
  oldGenerationLimitBytes,
  survivalBetween,
} from './old-generation.ts';
import { semiSpaceBesideFlagBytes, semiSpaceFlagBytes } from './semi-space.ts';

const mib = 1024 * 1024;

test('[S1] Use is the sum of the spaces without the young ones and the read-only one', () => {
  const known = ['read_only_space', 'new_space', 'new_large_object_space'];
  const spaces = getHeapSpaceStatistics();
  const sum = spaces.reduce((bytes, space) => bytes + space.space_used_size, 0);
  const others = spaces.filter(({ space_name: name }) => known.includes(name));
  expect(others).toHaveLength(3);
  const otherBytes = others.reduce((bytes, space) => bytes + space.space_used_size, 0);
  // Reading allocates, and a collection may come in between.
  expect(Math.abs(oldGenerationBytes() - (sum - otherBytes))).toBeLessThan(8 * mib);
  expect(oldGenerationBytes()).toBeLessThan(getHeapStatistics().heap_size_limit);
});

test('[S1] It grows by what survives, and by nothing that is young or outside the heap', async () => {
  const source = `
    const read = () => { gc(); return sensors.oldGenerationBytes(); };
    const empty = read();
    const held = Array.from({ length: 1_000_000 }, (_, index) => [index + 0.5]);
    const full = read();
    const outside = Buffer.alloc(200 * ${mib}, 1);
    const withBuffer = read();
    held.length = 0;
    const dropped = read();
    say({ empty, full, withBuffer, dropped, heap: process.memoryUsage().heapUsed, outside: outside.length });`;
  const { empty, full, withBuffer, dropped } = await inChild<Record<string, number>>(source, ['--expose-gc']);
  // An array object, its elements and its number are 16 to 64 bytes, and 8 of the array that holds it.
  expect(full! - empty!).toBeGreaterThan(1e6 * 40);
  expect(full! - empty!).toBeLessThan(1e6 * 90);
  expect(Math.abs(withBuffer! - full!)).toBeLessThan(mib);
  expect(Math.abs(dropped! - empty!)).toBeLessThan(9 * mib);
});

test('[S1] The limit is what three semi-spaces leave of the heap', () => {
  const wholeBytes = getHeapStatistics().heap_size_limit;
  expect(oldGenerationLimitBytes(16 * mib)).toBe(wholeBytes - 48 * mib);
  const read = createOldGenerationSensor(() => 0);
  expect(read(16 * mib).limitBytes).toBe(wholeBytes - 48 * mib);
});

const limit = 'say(sensors.oldGenerationLimitBytes(await sensors.semiSpaceBytes()) / 2 ** 20);';

test.each([
  [['--max-old-space-size=256'], ''],
  [['--max-old-space-size=128'], ''],
  [['--max-old-space-size=64'], ''],
  [['--max_old_space_size=300', '--max_semi_space_size=8'], ''],
  [['--max-old-space-size=256', '--max-semi_space-size=24'], ''],
  [['--max-old-space-size=256', '--max-semi-space-size=0'], ''],
  [['--max-old-space-size=128'], '--max-semi-space-size=2'],
  [[], '--max_semi_space_size=4 --max-old-space-size=100'],
  [['--max-old-space-size=200', '--max-semi-space-size=32', '--max-semi-space-size=1'], '--max-semi-space-size=64'],
])(
  '[S1] [S2] With flags %j and NODE_OPTIONS %j the limit is the old space that was asked for',
  async (flags, options) => {
    const asked = /max.old.space.size=(\d+)/.exec([options, ...flags].join(' '))![1];
    expect(await inChild<number>(limit, flags, options)).toBe(Number(asked));
  },
);

test('[S2] A worker thread knows its own limits', async () => {
  const source = `
    import { Worker } from 'node:worker_threads';
    const program = \`
      import(\${JSON.stringify(door)}).then(async ({ oldGenerationLimitBytes, semiSpaceBytes }) =>
        (await import('node:worker_threads')).parentPort.postMessage(oldGenerationLimitBytes(await semiSpaceBytes())));\`;
    const worker = new Worker(program, {
      eval: true, resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 24 } });
    worker.once('message', (bytes) => say(bytes / 2 ** 20));`;
  const door = JSON.stringify(new URL('index.ts', import.meta.url).href);
  expect(await inChild<number>(`const door = ${door};${source}`)).toBe(64);
});

test.each([
  [[], '', null],
  [['--max-old-space-size=100'], '', null],
  [['--max-semi-space-size=16'], '', 16 * mib],
  [['--max_semi_space_size=17'], '', 32 * mib],
  [['--max-semi-space-size=0'], '', null],
  [['--max-semi-space-size=much'], '', null],
  [['--no-warnings'], ' "--max_semi_space_size=8"  --enable-source-maps', 8 * mib],
  [['--max-semi-space-size=2'], '--max-semi-space-size=8', 2 * mib],
  [['--max-heap-size=131'], '', mib],
  [['--max-heap-size=131', '--max-old-space-size=100'], '', null],
] as const)('[S2] Flags %j and NODE_OPTIONS %j set a semi-space of %s bytes', (flags, options, bytes) => {
  expect(semiSpaceFlagBytes(flags, options)).toBe(bytes);
});

test.each([
  [['--max-old-space-size=128'], undefined, 320, 64],
  [[], '--max-old-space-size=64', 256, 64],
  [['--max-old-space-size=100'], '--max-old-space-size=64', 112, 4],
  [[], '', 320, null],
  [['--max-old-space-size=512'], '', 256, null],
] as const)(
  '[S2] Beside flags %j, NODE_OPTIONS %j and a limit of %s MiB is a semi-space of %s MiB',
  (flags, options, limit, semi) => {
    expect(semiSpaceBesideFlagBytes(flags, options, limit * mib)).toBe(semi === null ? null : semi * mib);
  },
);

test('[S10] What survives is the growth of the old generation against what was young, in each collection', () => {
  const before = { oldBytes: 100 * mib, youngBytes: 40 * mib };
  expect(survivalBetween(before, { oldBytes: 130 * mib, youngBytes: 0 }, 1)).toBe(0.75);
  expect(survivalBetween(before, { oldBytes: 130 * mib, youngBytes: 0 }, 3)).toBe(0.25);
  expect(survivalBetween(before, { oldBytes: 190 * mib, youngBytes: 0 }, 1)).toBe(1);
  expect(survivalBetween(before, { oldBytes: 90 * mib, youngBytes: 0 }, 1)).toBe(0);
  expect(survivalBetween({ oldBytes: 0, youngBytes: 0 }, before, 1)).toBe(0);
});

test('[S10] What is worse is believed at once, what is better by halves', () => {
  expect(learn(0.2, 0.9)).toBe(0.9);
  expect(learn(0.9, 0.1)).toBe(0.45);
});

const afterAllocating = (keeps: boolean) => `
  const held = [];
  const { glance, close } = sensors.createNodeSensors();
  let most = 0;
  for (let step = 0; step < 20_000; step += 1) {
    const made = Array.from({ length: 100 }, (_, at) => ({ at, step, next: null }));
    if (${keeps}) held.push(made);
    if (step % 50 > 0) continue;
    const { soonBytes, limitBytes } = glance();
    if (step < 10_000) continue;
    most = Math.max(most, soonBytes / limitBytes);
  }
  close();
  say({ most, held: held.length });`;

test('[S10] Where all survives, what is young counts as soon old; where it is garbage, it does not', async () => {
  const flags = ['--max-semi-space-size=16', '--max-old-space-size=256'];
  const leaky = await inChild<Record<string, number>>(afterAllocating(true), flags);
  const healthy = await inChild<Record<string, number>>(afterAllocating(false), flags);
  expect(leaky['most']).toBeGreaterThan(0.01);
  expect(healthy['most']).toBeLessThan(leaky['most']! / 4);
});

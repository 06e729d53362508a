import { createReadStream, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Sample } from '../contracts.ts';
import { createFakeClock, createFakeSensors } from '../testing/index.ts';
import { createDumps, type DumpsOptions } from './dumps.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const megabyte = 1e6;

function setUp(options: Partial<DumpsOptions> & { freeBytes?: number } = {}) {
  const folder = join(mkdtempSync(join(tmpdir(), 'headroom-')), 'dumps');
  folders.push(join(folder, '..'));
  const { freeBytes = 1000 * megabyte, ...rest } = options;
  const sensors = createFakeSensors();
  sensors.setGauges({ heapUsedBytes: 100 * megabyte });
  const clock = createFakeClock();
  const sample = (): Sample => ({
    atMs: 0,
    pressure: 0.5,
    tightest: 'container',
    signals: { container: { usedBytes: 1000 * megabyte, limitBytes: 1000 * megabyte + freeBytes } },
    gauges: sensors.readGauges(),
  });
  const dumps = createDumps({ folder, clock, sample, level: () => 'normal', availableBytes: () => Infinity, ...rest });
  return { dumps, folder, clock, files: () => (existsSync(folder) ? readdirSync(folder) : []) };
}

async function head(path: string) {
  for await (const chunk of createReadStream(path, { end: 100 })) return String(chunk);
  return '';
}

test('[O1] writes a whole heap snapshot, for its owner alone', async () => {
  const { dumps, files } = setUp();
  const { path, bytes } = await dumps.heapSnapshot();
  expect(bytes).toBe(statSync(path).size);
  expect(await head(path)).toContain('{"snapshot":{"meta"');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(files()).toHaveLength(1);
  expect(path).toMatch(/\.heapsnapshot$/);
}, 60_000);

test('[O1] refuses where there is no room: twice the heap, in memory or on the disk', async () => {
  const tight = setUp({ freeBytes: 199 * megabyte });
  await expect(tight.dumps.heapSnapshot()).rejects.toMatchObject({
    code: 'MEMORY_PRESSURE',
    readings: { requestedBytes: 200 * megabyte },
  });
  const machine = setUp({ availableBytes: () => 199 * megabyte });
  await expect(machine.dumps.heapSnapshot()).rejects.toMatchObject({ code: 'MEMORY_PRESSURE' });
  const disk = setUp({ diskBytes: async () => 199 * megabyte });
  await expect(disk.dumps.heapSnapshot()).rejects.toMatchObject({ code: 'ENOSPC' });
  for (const { files } of [tight, machine, disk]) expect(files()).toEqual([]);
});

test('[O1] takes one at a time; what is cut off is deleted, and the next may be taken', async () => {
  const { dumps, files, clock } = setUp();
  const cut = new AbortController();
  const first = dumps.allocationProfile({ durationMs: 1000, signal: cut.signal });
  await expect(dumps.heapSnapshot()).rejects.toMatchObject({ code: 'BUSY', statusCode: 429 });
  await expect.poll(() => clock.pending).toBe(1);
  cut.abort(new Error('gone'));
  await expect(first).rejects.toThrow('gone');
  expect(clock.pending).toBe(0);

  const snapshot = new AbortController();
  const second = dumps.heapSnapshot(snapshot.signal);
  await expect.poll(() => files().length, { interval: 1 }).toBe(1);
  snapshot.abort();
  await expect(second).rejects.toMatchObject({ name: 'AbortError' });
  expect(files()).toEqual([]);
}, 60_000);

test('[O1] an allocation profile names who allocates', async () => {
  const { dumps, clock } = setUp();
  const taken = dumps.allocationProfile({ durationMs: 500, everyBytes: 1024 });
  await expect.poll(() => clock.pending).toBe(1);
  const kept = allocateMuch();
  clock.advance(500);
  const { path, durationMs } = await taken;
  expect(kept).toHaveLength(50_000);
  expect(durationMs).toBe(500);
  expect(readFileSync(path, 'utf8')).toContain('"functionName":"allocateMuch"');
});

function allocateMuch() {
  return Array.from({ length: 50_000 }, (_, index) => ({ index, text: `a text ${index}` }));
}

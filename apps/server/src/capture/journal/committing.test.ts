import { setTimeout as delay } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import type { Journal } from './contract.ts';
import { slowSync } from './faulty-io.ts';
import { createSimulatedDisk } from './simulated-disk.ts';
import { appendOf, bytesOf, fileBytes, openOn, readAllOf, silentLog } from './testing.ts';

const lost = () => 'lost' as const;

/** A journal whose spare file is ready, so that what the disk counts from here on is commits. */
async function settled(disk: ReturnType<typeof createSimulatedDisk>): Promise<Journal> {
  const journal = await openOn(disk);
  await appendOf(journal, 'warm-up', 0, 10);
  while (journal.stats().files < 2) await new Promise((resolve) => setImmediate(resolve));
  disk.counts.writes = 0;
  disk.counts.syncs = 0;
  return journal;
}

async function codesOf(appends: Promise<unknown>[]): Promise<string[]> {
  const results = await Promise.allSettled(appends);
  return results.map((result) => (result.status === 'rejected' ? (result.reason as { code: string }).code : 'ok'));
}

test('[J12] all that waits shares one write and one sync', async () => {
  const disk = createSimulatedDisk();
  const journal = await settled(disk);
  await Promise.all(Array.from({ length: 40 }, (_, at) => appendOf(journal, `track-${at}`, 0, 300)));
  expect(disk.counts).toEqual({ writes: 1, syncs: 1 });
  await journal.close();
});

test('[J12] what comes during a sync shares the next one', async () => {
  const disk = createSimulatedDisk();
  const journal = await settled(disk);
  const appends = [appendOf(journal, 'a', 0, 10)];
  while (disk.counts.writes === 0) await new Promise((resolve) => setImmediate(resolve));
  for (let at = 1; at <= 30; at += 1) appends.push(appendOf(journal, 'a', at * 10, at * 10 + 10));
  await Promise.all(appends);
  expect(disk.counts).toEqual({ writes: 2, syncs: 2 });
  await journal.close();
});

test('[J12] small appends that come soon after a commit wait to share the next; large ones, and who is alone, do not', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  try {
    const disk = createSimulatedDisk();
    const journal = await openOn(disk, { commitEveryMs: 8, maxFileBytes: 1 << 20 });
    const turns = async () => {
      for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    };
    await appendOf(journal, 'first', 0, 10);
    const shared = [appendOf(journal, 'a', 0, 10)];
    await turns();
    shared.push(appendOf(journal, 'b', 0, 10));
    await turns();
    expect(journal.stats().commits).toBe(1);
    await vi.advanceTimersByTimeAsync(8);
    await Promise.all(shared);
    expect(journal.stats().commits).toBe(2);

    const waits = appendOf(journal, 'a', 10, 20);
    await turns();
    expect(journal.stats().commits).toBe(2);
    await Promise.all([waits, appendOf(journal, 'b', 10, 200_000)]);
    expect(journal.stats().commits).toBe(3);

    const alone = appendOf(journal, 'a', 20, 30);
    await turns();
    await vi.advanceTimersByTimeAsync(8);
    await alone;
    await appendOf(journal, 'a', 30, 40);
    expect(journal.stats().commits).toBe(5);
    await journal.close();
  } finally {
    vi.useRealTimers();
  }
});

test('[J12] appends made the moment others are answered are in no commit twice or by half', async () => {
  const disk = createSimulatedDisk();
  const journal = await openOn(disk);
  const run = async (id: string): Promise<void> => {
    for (let start = 0; start < 6000; start += 100) {
      await appendOf(journal, id, start, start + 100);
      // Some answers are taken up at once, some a few turns of the microtask queue later.
      for (let turn = 0; turn < (start / 100) % 7; turn += 1) await Promise.resolve();
    }
  };
  await Promise.all(['a', 'b', 'c', 'd', 'e'].map(run));
  disk.losePower(lost);
  const after = await openOn(disk);
  for (const id of ['a', 'b', 'c', 'd', 'e']) expect(await readAllOf(after, id)).toEqual(bytesOf(id, 0, 6000));
});

test('[J1] an append is answered only after its bytes are synced', async () => {
  const disk = createSimulatedDisk();
  const journal = await openOn(disk);
  for (let at = 0; at < 30; at += 1) {
    await Promise.all([
      appendOf(journal, 'a', at * 1000, at * 1000 + 1000),
      appendOf(journal, 'b', at * 10, at * 10 + 10),
    ]);
  }
  disk.losePower(lost);
  const after = await openOn(disk);
  expect(await readAllOf(after, 'a')).toEqual(bytesOf('a', 0, 30_000));
  expect(await readAllOf(after, 'b')).toEqual(bytesOf('b', 0, 300));
});

test('[J1] a slow sync delays answers and changes nothing else', async () => {
  const disk = createSimulatedDisk();
  const journal = await openOn(disk, { io: slowSync(disk.io, () => delay(4)) });
  await Promise.all(Array.from({ length: 200 }, (_, at) => appendOf(journal, 'a', at * 700, at * 700 + 700)));
  disk.losePower(lost);
  expect(await readAllOf(await openOn(disk), 'a')).toEqual(bytesOf('a', 0, 140_000));
});

test('[J13] a write that stops short goes on', async () => {
  const disk = createSimulatedDisk();
  disk.faults.maxWriteBytes = 777;
  const journal = await openOn(disk);
  await Promise.all(
    ['a', 'b'].flatMap((id) =>
      Array.from({ length: 5 }, (_, at) => appendOf(journal, id, at * 20_000, at * 20_000 + 20_000)),
    ),
  );
  disk.losePower(lost);
  const after = await openOn(disk);
  for (const id of ['a', 'b']) expect(await readAllOf(after, id)).toEqual(bytesOf(id, 0, 100_000));
});

test('[J13] a disk that takes nothing is one that failed', async () => {
  const disk = createSimulatedDisk();
  const journal = await settled(disk);
  disk.faults.maxWriteBytes = 0;
  expect(await codesOf([appendOf(journal, 'a', 0, 10)])).toEqual(['STORAGE_FAILED']);
  disk.faults.maxWriteBytes = Infinity;
  await appendOf(journal, 'a', 0, 10);
  await journal.close();
});

test.each([
  ['write', 'EIO', 'STORAGE_FAILED'],
  ['write', 'ENOSPC', 'STORAGE_FULL'],
  ['sync', 'EIO', 'STORAGE_FAILED'],
  ['sync', 'ENOSPC', 'STORAGE_FULL'],
] as const)(
  '[J14] a %s that fails with %s rejects all in flight, and leaves a truthful journal',
  async (step, code, answer) => {
    const disk = createSimulatedDisk();
    const journal = await settled(disk);
    await appendOf(journal, 'a', 0, 100);
    disk.faults[`${step}s`].push(code);
    const appends = [appendOf(journal, 'a', 100, 200), appendOf(journal, 'b', 0, 50)];
    await new Promise((resolve) => setImmediate(resolve));
    appends.push(appendOf(journal, 'a', 200, 300));
    expect(await codesOf(appends)).toEqual([answer, answer, answer]);
    expect(journal.extent('a')).toEqual({ start: 0, end: 100 });
    expect(journal.extent('b')).toBeNull();
    expect(journal.stats().bytesInFlight).toBe(0);
    await expect(appendOf(journal, 'a', 200, 300)).rejects.toMatchObject({ code: 'HOLE', durable: 100 });
    await Promise.all([appendOf(journal, 'a', 100, 250), appendOf(journal, 'b', 0, 70)]);
    disk.losePower(lost);
    const after = await openOn(disk);
    expect(await readAllOf(after, 'a')).toEqual(bytesOf('a', 0, 250));
    expect(await readAllOf(after, 'b')).toEqual(bytesOf('b', 0, 70));
  },
);

test('[J16] a file whose sync failed is never written or synced again', async () => {
  const disk = createSimulatedDisk();
  const journal = await settled(disk);
  const [first] = [...disk.files.keys()];
  disk.faults.syncs.push('EIO');
  expect(await codesOf([appendOf(journal, 'a', 0, 100)])).toEqual(['STORAGE_FAILED']);
  const left = Buffer.from(disk.files.get(first!)!.cached);
  await appendOf(journal, 'a', 0, 100);
  expect(disk.files.get(first!)!.cached.equals(left)).toBe(true);
  expect(await readAllOf(journal, 'warm-up')).toEqual(bytesOf('warm-up', 0, 10));
  journal.release('warm-up', 10);
  await journal.close();
  expect(disk.files.has(first!)).toBe(false);
});

test('[J16] what a failed sync left in the page cache is not taken for durable by the next process', async () => {
  const disk = createSimulatedDisk();
  const journal = await settled(disk);
  disk.faults.syncs.push('EIO');
  expect(await codesOf([appendOf(journal, 'warm-up', 10, 500)])).toEqual(['STORAGE_FAILED']);
  await appendOf(journal, 'b', 0, 100);
  disk.kill();
  const next = await openOn(disk);
  const { end } = next.extent('warm-up')!;
  disk.losePower(lost);
  const last = await openOn(disk);
  expect(await last.read('warm-up', 0, end)).toEqual(bytesOf('warm-up', 0, end));
});

test('[J15] the log is full at its size limit, and takes appends again when something is released', async () => {
  const disk = createSimulatedDisk();
  const journal = await openOn(disk, { maxTotalBytes: 3 * fileBytes, log: silentLog });
  let end = 0;
  const fill = async (): Promise<string> => {
    for (;;) {
      const [code] = await codesOf([appendOf(journal, 'a', end, end + 5000)]);
      if (code !== 'ok') return code!;
      end += 5000;
    }
  };
  expect(await fill()).toBe('STORAGE_FULL');
  expect(journal.stats()).toMatchObject({ files: 3, fileBytes: 3 * fileBytes });
  expect(await readAllOf(journal, 'a')).toEqual(bytesOf('a', 0, end));
  const filled = end;
  journal.release('a', end - 5000);
  expect(await fill()).toBe('STORAGE_FULL');
  expect(end).toBeGreaterThan(filled + fileBytes);
  expect(await readAllOf(journal, 'a')).toEqual(bytesOf('a', filled - 5000, end));
  await journal.close();
});

import { expect, test } from 'vitest';
import type { Journal } from './contract.ts';
import { withoutSync } from './faulty-io.ts';
import { createSimulatedDisk, type SimulatedDisk } from './simulated-disk.ts';
import { appendOf, bytesOf, fileBytes, openOn, readAllOf } from './testing.ts';

const lost = () => 'lost' as const;

/** The journal's only file that holds records. */
function fileOf(disk: SimulatedDisk): Buffer {
  const [file] = [...disk.files.values()].filter(({ cached }) => cached.readUInt32LE(4096) !== 0);
  return file!.cached;
}

/** Commits of one record of 2000 bytes each: each takes one block. */
async function commits(journal: Journal, trackId: string, from: number, to: number): Promise<void> {
  for (let at = from; at < to; at += 1) await appendOf(journal, trackId, at * 2000, at * 2000 + 2000);
}

test('[J17] a torn tail is cut, record by record', async () => {
  const disk = createSimulatedDisk();
  const journal = await openOn(disk);
  await commits(journal, 'a', 0, 3);
  await Promise.all(
    ['a', 'b', 'c'].map((id) => appendOf(journal, id, id === 'a' ? 6000 : 0, id === 'a' ? 8000 : 2000)),
  );
  disk.kill();
  const tail = 4096 + 3 * 4096;
  fileOf(disk).fill(0xff, tail + 4500, tail + 4510);
  const after = await openOn(disk);
  expect(await readAllOf(after, 'a')).toEqual(bytesOf('a', 0, 8000));
  expect(await readAllOf(after, 'b')).toEqual(bytesOf('b', 0, 2000));
  expect(after.extent('c')).toBeNull();
  await appendOf(after, 'c', 0, 2000);
  expect(await readAllOf(after, 'c')).toEqual(bytesOf('c', 0, 2000));
});

test('[J17] commits behind a damaged one are found', async () => {
  const disk = createSimulatedDisk();
  await commits(await openOn(disk), 'a', 0, 6);
  disk.kill();
  fileOf(disk)[4096 + 2 * 4096 + 8]! ^= 4;
  const after = await openOn(disk);
  expect(after.extent('a')).toEqual({ start: 0, end: 12_000 });
  expect(await after.read('a', 6000, 12_000)).toEqual(bytesOf('a', 6000, 12_000));
});

test('[J20] damage reads as an error, the rest as it was', async () => {
  const disk = createSimulatedDisk();
  const journal = await openOn(disk);
  await commits(journal, 'a', 0, 6);
  const damaged = { code: 'STORAGE_FAILED' };
  fileOf(disk)[4096 + 2 * 4096 + 900]! ^= 1;
  for (const open of [async () => journal, () => openOn(disk)]) {
    const opened = await open();
    await expect(opened.read('a', 0, 12_000)).rejects.toMatchObject(damaged);
    await expect(opened.read('a', 5999, 6000)).rejects.toMatchObject(damaged);
    expect(await opened.read('a', 0, 4000)).toEqual(bytesOf('a', 0, 4000));
    expect(await opened.read('a', 6000, 12_000)).toEqual(bytesOf('a', 6000, 12_000));
    disk.kill();
  }
  const last = await openOn(disk);
  last.release('a', 6000);
  expect(await readAllOf(last, 'a')).toEqual(bytesOf('a', 6000, 12_000));
});

test('[J20] damage is named to the record, whether a start has seen it or not', async () => {
  const disk = createSimulatedDisk();
  let journal = await openOn(disk);
  await commits(journal, 'a', 0, 8);
  for (const block of [0, 3, 4]) fileOf(disk)[4096 + block * 4096 + 900]! ^= 1;
  const ranges = [
    { start: 0, end: 2000 },
    { start: 6000, end: 10_000 },
  ];
  for (let start = 0; start < 2; start += 1) {
    expect(await journal.damage('a', 0, 16_000)).toEqual(ranges);
    expect(await journal.damage('a', 7000, 9000)).toEqual([{ start: 7000, end: 9000 }]);
    expect(await journal.damage('a', 2000, 6000)).toEqual([]);
    expect(await journal.damage('b', 0, 1000)).toEqual([]);
    disk.kill();
    journal = await openOn(disk);
  }
});

test('[J20] a disk that refuses to be read has damaged nothing', async () => {
  const disk = createSimulatedDisk();
  let refuses = false;
  const io = {
    ...disk.io,
    async open(path: string) {
      const file = await disk.io.open(path);
      const read: typeof file.read = async (...place) => {
        if (refuses) throw Object.assign(new Error('unreadable'), { code: 'EIO' });
        return file.read(...place);
      };
      return { ...file, read };
    },
  };
  const journal = await openOn(disk, { io });
  await commits(journal, 'a', 0, 3);
  refuses = true;
  await expect(journal.damage('a', 0, 6000)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  refuses = false;
  expect(await journal.damage('a', 0, 6000)).toEqual([]);
});

test('[J10] the remains of a commit that was overwritten are not taken for a part of the new one', async () => {
  const disk = createSimulatedDisk();
  let journal = await openOn(disk);
  await commits(journal, 'a', 0, 2);
  // One commit of five records, each of which begins at a block: 4096 bytes with its header.
  const length = 4096 - 32 - 1;
  const appends = Array.from({ length: 5 }, (_, at) => appendOf(journal, 'z', at * length, (at + 1) * length));
  await Promise.all(appends);
  disk.kill();
  fileOf(disk)[4096 + 2 * 4096 + 50]! ^= 1;
  journal = await openOn(disk);
  expect(journal.extent('z')).toBeNull();
  // A new commit over its first block, to the byte.
  await appendOf(journal, 'y', 0, length);
  disk.kill();
  journal = await openOn(disk);
  expect(await readAllOf(journal, 'y')).toEqual(bytesOf('y', 0, length));
  expect(journal.extent('z')).toBeNull();
});

test('[J18] what only the page cache had is on the disk before anybody is told of it', async () => {
  const disk = createSimulatedDisk();
  const io = withoutSync(disk.io);
  const first = await openOn(disk, { io });
  await appendOf(first, 'a', 0, 3000);
  disk.kill();
  const second = await openOn(disk);
  expect(second.extent('a')).toEqual({ start: 0, end: 3000 });
  disk.losePower(lost);
  expect(await readAllOf(await openOn(disk), 'a')).toEqual(bytesOf('a', 0, 3000));
});

test('[J18] [J16] the last commit is written again even if its sync failed unseen', async () => {
  const disk = createSimulatedDisk();
  const first = await openOn(disk);
  await commits(first, 'a', 0, 2);
  disk.faults.syncs.push('EIO');
  const failing = appendOf(first, 'a', 4000, 6000).catch(() => {});
  while (disk.faults.syncs.length > 0) await new Promise((resolve) => setImmediate(resolve));
  // Killed at the moment at which the failure would have been noticed.
  disk.kill();
  void failing;
  const { end } = (await openOn(disk)).extent('a')!;
  disk.losePower(lost);
  const last = await openOn(disk);
  expect(await last.read('a', 0, end)).toEqual(bytesOf('a', 0, end));
});

test('[J18] on a full disk the last commit is written again where it is', async () => {
  const disk = createSimulatedDisk();
  const first = await openOn(disk);
  // All the room that a file has: its last commit can be written again only in another.
  await commits(first, 'a', 0, 14);
  disk.faults.syncs.push('EIO');
  await expect(commits(first, 'a', 14, 15)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  disk.kill();
  disk.faults.capacityBytes = 0;
  const warnings: string[] = [];
  const log = { info() {}, error() {}, warn: (_: object, message: string) => void warnings.push(message) };
  for (const path of disk.files.keys())
    if (disk.files.get(path)!.cached.readUInt32LE(4096) === 0) await disk.io.remove(path);
  const second = await openOn(disk, { log });
  expect(warnings[0]).toContain('is written again where it is');
  expect(await readAllOf(second, 'a')).toEqual(bytesOf('a', 0, 30_000));
  await expect(appendOf(second, 'a', 30_000, 30_001)).rejects.toMatchObject({ code: 'STORAGE_FULL' });
  disk.losePower(lost);
  const third = await openOn(disk);
  expect(await readAllOf(third, 'a')).toEqual(bytesOf('a', 0, 30_000));
  disk.faults.capacityBytes = Infinity;
  await appendOf(third, 'a', 30_000, 34_000);
  expect(await readAllOf(third, 'a')).toEqual(bytesOf('a', 0, 34_000));
});

test('[J18] a journal whose last commit the disk takes nowhere is not opened', async () => {
  const disk = createSimulatedDisk();
  await appendOf(await openOn(disk), 'a', 0, 3000);
  disk.kill();
  disk.faults.syncs.push('EIO', 'EIO');
  await expect(openOn(disk)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  disk.losePower(lost);
  expect(await readAllOf(await openOn(disk), 'a')).toEqual(bytesOf('a', 0, 3000));
});

/** A journal two of whose commits have failed with their syncs, in files of their own, and which took an append since. */
async function doublyFailed(disk: SimulatedDisk): Promise<Journal> {
  const journal = await openOn(disk);
  disk.faults.failedStaysBroken = true;
  await commits(journal, 'a', 0, 2);
  await commits(journal, 'b', 0, 1);
  for (const [trackId, start] of [
    ['a', 4000],
    ['c', 0],
  ] as const) {
    disk.faults.syncs.push('EIO');
    await expect(appendOf(journal, trackId, start, start + 2000)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  }
  await commits(journal, 'b', 1, 2);
  return journal;
}

test('[J16] a kill and then a power loss after a failed sync take nothing that was said to be durable', async () => {
  const disk = createSimulatedDisk();
  await doublyFailed(disk);
  disk.kill();
  const ends = new Map<string, number>();
  const next = await openOn(disk);
  for (const trackId of next.tracks()) ends.set(trackId, next.extent(trackId)!.end);
  expect(ends.get('a')).toBeGreaterThanOrEqual(4000);
  expect(ends.get('b')).toBe(4000);
  disk.losePower(lost);
  const last = await openOn(disk);
  for (const [trackId, end] of ends) expect(await last.read(trackId, 0, end)).toEqual(bytesOf(trackId, 0, end));
});

test('[J16] what failed stays out through further starts, and files begun in them', async () => {
  const disk = createSimulatedDisk();
  await doublyFailed(disk);
  for (let start = 2; start < 40; start += 1) {
    disk.kill();
    const journal = await openOn(disk);
    expect(journal.extent('a')).toEqual({ start: 0, end: 4000 });
    expect(journal.extent('c')).toBeNull();
    expect(await readAllOf(journal, 'b')).toEqual(bytesOf('b', 0, start * 2000));
    await commits(journal, 'b', start, start + 1);
    // Fills a file now and then, so that the one whose header knew of the failures is begun anew.
    await appendOf(journal, `large-${start}`, 0, 50_000);
    for (const trackId of journal.tracks()) if (trackId.startsWith('large')) journal.release(trackId, 50_000);
  }
});

test('[J16] [J15] what a full disk refused by half is not taken for durable once the log goes on in another file', async () => {
  const disk = createSimulatedDisk();
  const journal = await openOn(disk);
  await commits(journal, 'a', 0, 14);
  // The file has one block left. One of two records is written to it; the next commit is longer, and goes to another file.
  disk.faults.maxWriteBytes = 2500;
  disk.faults.writes.push('', 'ENOSPC');
  const both = [appendOf(journal, 'a', 28_000, 30_000), appendOf(journal, 'c', 0, 1500)];
  expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  disk.faults.maxWriteBytes = Infinity;
  await appendOf(journal, 'b', 0, 9000);
  disk.kill();
  const next = await openOn(disk);
  const { end } = next.extent('a')!;
  disk.losePower(lost);
  const last = await openOn(disk);
  expect(await last.read('a', 0, end)).toEqual(bytesOf('a', 0, end));
  expect(await readAllOf(last, 'b')).toEqual(bytesOf('b', 0, 9000));
});

test('[J18] a start that is killed while it writes again leaves all of it to the next one', async () => {
  for (const before of [0, 2]) {
    for (let turns = 0; turns < 60; turns += 1) {
      const disk = createSimulatedDisk();
      const first = await openOn(disk);
      await commits(first, 'before', 0, before);
      while (first.stats().files === 0) await new Promise((resolve) => setImmediate(resolve));
      disk.faults.syncs.push('EIO');
      const failing = ['a', 'b', 'c'].map((id) => appendOf(first, id, 0, 3000).catch(() => {}));
      while (disk.faults.syncs.length > 0) await new Promise((resolve) => setImmediate(resolve));
      disk.kill();
      void failing;
      // So that a copy is torn between two records.
      disk.faults.maxWriteBytes = 3500;
      void openOn(disk).catch(() => {});
      for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      disk.kill();
      const second = await openOn(disk);
      const found = [...second.tracks()];
      expect(found).toEqual(expect.arrayContaining(['a', 'b', 'c']));
      disk.losePower(lost);
      const third = await openOn(disk);
      for (const id of ['a', 'b', 'c']) expect(await readAllOf(third, id)).toEqual(bytesOf(id, 0, 3000));
    }
  }
});

test('[J18] starting again and again takes no more room', async () => {
  const disk = createSimulatedDisk();
  for (let start = 0; start < 100; start += 1) {
    const journal = await openOn(disk);
    expect(journal.extent('a')?.end ?? 0).toBe(start * 10);
    await appendOf(journal, 'a', start * 10, start * 10 + 10);
    if (start % 2 === 0) await journal.close();
    else disk.kill();
  }
  const journal = await openOn(disk);
  expect(await readAllOf(journal, 'a')).toEqual(bytesOf('a', 0, 1000));
  // A commit of one record is one block: each start writes two. The active file is not full, and up to four are spare.
  expect(journal.stats().fileBytes).toBeLessThanOrEqual(100 * 2 * 4096 + 5 * fileBytes);
});

test('[J19] a range that was written twice counts once, as it was written last', async () => {
  const disk = createSimulatedDisk();
  let journal = await openOn(disk);
  await commits(journal, 'a', 0, 3);
  for (let start = 0; start < 5; start += 1) {
    disk.kill();
    journal = await openOn(disk);
    expect(await readAllOf(journal, 'a')).toEqual(bytesOf('a', 0, 6000));
  }
  // The older copies are not needed: the last one is where it is read from.
  const file = fileOf(disk);
  for (let copy = 2; copy < 7; copy += 1) file[4096 + copy * 4096 + 500]! ^= 1;
  expect(await readAllOf(journal, 'a')).toEqual(bytesOf('a', 0, 6000));
});

test('[J5] bytes of a failed append that are on the disk are there after a crash where nothing was begun since', async () => {
  const disk = createSimulatedDisk();
  const journal = await openOn(disk);
  await commits(journal, 'a', 0, 2);
  // The disk writes what it says that it has not.
  disk.faults.keptByFailedSync = () => true;
  disk.faults.syncs.push('EIO');
  await Promise.allSettled([appendOf(journal, 'a', 4000, 7000), appendOf(journal, 'b', 0, 500)]);
  expect(journal.extent('b')).toBeNull();
  disk.losePower(lost);
  const after = await openOn(disk);
  expect(await readAllOf(after, 'a')).toEqual(bytesOf('a', 0, 7000));
  expect(await readAllOf(after, 'b')).toEqual(bytesOf('b', 0, 500));
});

test('[J19] a track that begins anew before its end replaces what it had from there on', async () => {
  const disk = createSimulatedDisk();
  const journal = await openOn(disk);
  await commits(journal, 'a', 0, 3);
  journal.release('a', 6000);
  await journal.append('a', 4000, new Uint8Array(1000).fill(9));
  disk.losePower(lost);
  const after = await openOn(disk);
  expect(after.extent('a')).toEqual({ start: 0, end: 5000 });
  expect(await after.read('a', 4000, 5000)).toEqual(new Uint8Array(1000).fill(9));
  expect(await after.read('a', 0, 4000)).toEqual(bytesOf('a', 0, 4000));
});

test('[J6] a released range may be back after a crash, and is released again', async () => {
  const disk = createSimulatedDisk();
  const journal = await openOn(disk);
  await commits(journal, 'a', 0, 4);
  journal.release('a', 5000);
  disk.kill();
  const after = await openOn(disk);
  expect(after.extent('a')).toEqual({ start: 0, end: 8000 });
  after.release('a', 5000);
  expect(await readAllOf(after, 'a')).toEqual(bytesOf('a', 5000, 8000));
  await commits(after, 'a', 4, 5);
  expect(await readAllOf(after, 'a')).toEqual(bytesOf('a', 5000, 10_000));
});

test('[J6] [J20] the middle of a released range may be missing: what is left goes on where it ended', async () => {
  const disk = createSimulatedDisk();
  let journal = await openOn(disk);
  // `b` keeps the first file, which has 15 commits; later ones are begun anew.
  await appendOf(journal, 'b', 0, 10);
  await commits(journal, 'a', 0, 45);
  journal.release('a', 35 * 2000);
  await commits(journal, 'a', 45, 90);
  disk.kill();
  journal = await openOn(disk);
  expect(journal.extent('a')).toEqual({ start: 0, end: 180_000 });
  await expect(journal.read('a', 0, 180_000)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  journal.release('a', 70_000);
  expect(await readAllOf(journal, 'a')).toEqual(bytesOf('a', 70_000, 180_000));
  expect(await readAllOf(journal, 'b')).toEqual(bytesOf('b', 0, 10));
});

test('[J17] files of another size, from another configuration, are read, and deleted when they are released', async () => {
  const disk = createSimulatedDisk();
  const first = await openOn(disk, { maxFileBytes: 4 * fileBytes });
  await commits(first, 'a', 0, 70);
  await first.close();
  const second = await openOn(disk);
  expect(await readAllOf(second, 'a')).toEqual(bytesOf('a', 0, 140_000));
  await commits(second, 'a', 70, 90);
  second.release('a', 170_000);
  await second.close();
  const third = await openOn(disk);
  third.release('a', 170_000);
  expect(await readAllOf(third, 'a')).toEqual(bytesOf('a', 170_000, 180_000));
});

import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openJournal } from './index.ts';
import { createSimulatedDisk } from './simulated-disk.ts';
import { appendOf, bytesOf, fileBytes, openOn, readAllOf, silentLog } from './testing.ts';

/** Appends until the journal refuses; says with what code, and where it ended. */
async function fill(journal: Parameters<typeof appendOf>[0], start: number): Promise<{ code: string; end: number }> {
  for (let end = start; ; end += 9000) {
    try {
      await appendOf(journal, 'a', end, end + 9000);
    } catch (error) {
      return { code: (error as { code: string }).code, end };
    }
  }
}

test('[J15] on a real full disk it refuses, lives, and takes appends again when there is room', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'hansard-full-'));
  // Fails where mounting is not permitted: this must not be skipped.
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', dir]);
  onTestFinished(async () => {
    execFileSync('umount', [dir]);
    await rm(dir, { recursive: true });
  });
  const open = () => openJournal({ dir: join(dir, 'journal'), log: silentLog, maxFileBytes: 512 << 10 });
  await writeFile(join(dir, 'ballast'), new Uint8Array(1 << 20));
  let journal = await open();
  const full = await fill(journal, 0);
  expect(full.code).toBe('STORAGE_FULL');
  expect(full.end).toBeGreaterThan(2 << 20);
  expect(journal.extent('a')).toEqual({ start: 0, end: full.end });
  expect(await readAllOf(journal, 'a')).toEqual(bytesOf('a', 0, full.end));
  expect((await readdir(join(dir, 'journal'))).filter((name) => name.endsWith('.preparing'))).toEqual([]);

  await rm(join(dir, 'ballast'));
  const more = await fill(journal, full.end);
  expect(more.end).toBeGreaterThan(full.end + (400 << 10));

  journal.release('a', more.end - 9000);
  const again = await fill(journal, more.end);
  expect(again.end).toBeGreaterThan(more.end + (1 << 20));
  await journal.close();

  journal = await open();
  expect(journal.extent('a')?.end).toBe(again.end);
  await journal.close();
});

test('[J15] a disk that fills while a file is prepared gets its room back', async () => {
  const disk = createSimulatedDisk();
  disk.faults.capacityBytes = 1.5 * fileBytes;
  const journal = await openOn(disk);
  const { code } = await fill(journal, 0);
  expect(code).toBe('STORAGE_FULL');
  const size = [...disk.files.values()].reduce((sum, { cached }) => sum + cached.length, 0);
  expect(size).toBe(fileBytes);
  await journal.close();
});

test('[J15] a commit that a full disk refused costs no room', async () => {
  const disk = createSimulatedDisk();
  const journal = await openOn(disk, { maxTotalBytes: fileBytes });
  await appendOf(journal, 'a', 0, 10);
  for (let round = 0; round < 30; round += 1) {
    disk.faults.writes.push('ENOSPC');
    await expect(appendOf(journal, 'b', 0, 9000)).rejects.toMatchObject({ code: 'STORAGE_FULL' });
  }
  await appendOf(journal, 'b', 0, 9000);
  expect(await readAllOf(journal, 'b')).toEqual(bytesOf('b', 0, 9000));
  await journal.close();
});

test('[J23] one file is prepared ahead, and a few free ones are kept', async () => {
  const disk = createSimulatedDisk();
  const journal = await openOn(disk);
  await appendOf(journal, 'a', 0, 40_000);
  while (journal.stats().files < 2) await new Promise((resolve) => setImmediate(resolve));
  for (let start = 40_000; start < 20 * 40_000; start += 40_000) await appendOf(journal, 'a', start, start + 40_000);
  expect(journal.stats().files).toBeGreaterThanOrEqual(20);
  journal.release('a', 20 * 40_000);
  await journal.close();
  expect(disk.files.size).toBe(5);
});

test('[J23] a file that is being read is not begun anew', async () => {
  const disk = createSimulatedDisk();
  const gate = Promise.withResolvers<void>();
  let held = false;
  const io = {
    ...disk.io,
    async open(path: string) {
      const file = await disk.io.open(path);
      return {
        ...file,
        async read(into: Uint8Array, position: number) {
          if (held) await gate.promise;
          return file.read(into, position);
        },
      };
    },
  };
  const journal = await openOn(disk, { io, maxTotalBytes: 2 * fileBytes });
  await appendOf(journal, 'a', 0, 50_000);
  await appendOf(journal, 'b', 0, 50_000);
  held = true;
  const reading = journal.read('a', 0, 50_000);
  journal.release('a', 50_000);
  await expect(appendOf(journal, 'c', 0, 50_000)).rejects.toMatchObject({ code: 'STORAGE_FULL' });
  gate.resolve();
  expect(await reading).toEqual(bytesOf('a', 0, 50_000));
  await appendOf(journal, 'c', 0, 50_000);
  expect(await readAllOf(journal, 'b')).toEqual(bytesOf('b', 0, 50_000));
  await journal.close();
});

test('[J23] records far apart are read several at once, and their files are kept until the last read has ended', async () => {
  const disk = createSimulatedDisk();
  const gate = Promise.withResolvers<void>();
  let held = false;
  let begun = 0;
  let underWay = 0;
  let most = 0;
  const io = {
    ...disk.io,
    async open(path: string) {
      const file = await disk.io.open(path);
      return {
        ...file,
        async read(into: Uint8Array, position: number) {
          if (!held) return file.read(into, position);
          begun += 1;
          if (begun === 1) throw Object.assign(new Error('unreadable'), { code: 'EIO' });
          underWay += 1;
          most = Math.max(most, underWay);
          await gate.promise;
          underWay -= 1;
          return file.read(into, position);
        },
      };
    },
  };
  const journal = await openOn(disk, { io, maxTotalBytes: 13 * fileBytes });
  for (let at = 0; at < 12; at += 1) {
    await appendOf(journal, 'a', at * 1000, (at + 1) * 1000);
    await appendOf(journal, 'b', at * 50_000, (at + 1) * 50_000);
  }
  expect(await journal.read('a', 500, 11_500)).toEqual(bytesOf('a', 500, 11_500));

  held = true;
  let ended = false;
  const outcome = journal
    .read('a', 0, 12_000)
    .catch((error: unknown) => error)
    .finally(() => (ended = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect({ underWay, ended }).toEqual({ underWay: 7, ended: false });
  gate.resolve();
  expect(await outcome).toMatchObject({ code: 'STORAGE_FAILED' });
  expect(most).toBe(7);
  held = false;
  expect(await readAllOf(journal, 'a')).toEqual(bytesOf('a', 0, 12_000));
  await journal.close();
});

test('[J3] what was written moments ago is read without a wait where that gives all of it, else as all else', async () => {
  const disk = createSimulatedDisk();
  let readNow: (into: Uint8Array) => number = (into) => into.length;
  let waited = 0;
  const io = {
    ...disk.io,
    async open(path: string) {
      const file = await disk.io.open(path);
      const simulated = disk.files.get(path)!;
      return {
        ...file,
        read(into: Uint8Array, position: number) {
          waited += 1;
          return file.read(into, position);
        },
        readNow(into: Uint8Array, position: number) {
          into.set(simulated.cached.subarray(position, position + into.length));
          return readNow(into);
        },
      };
    },
  };
  const journal = await openOn(disk, { io });
  await appendOf(journal, 'a', 0, 9000);
  await appendOf(journal, 'a', 9000, 20_000);
  waited = 0;
  expect(await journal.read('a', 500, 19_000)).toEqual(bytesOf('a', 500, 19_000));
  expect(waited).toBe(0);

  const faults: (typeof readNow)[] = [
    (into) => into.length - 1,
    (into) => into.fill(0).length,
    () => {
      throw Object.assign(new Error('unreadable'), { code: 'EIO' });
    },
  ];
  for (const fault of faults) {
    readNow = fault;
    waited = 0;
    expect(await journal.read('a', 500, 19_000)).toEqual(bytesOf('a', 500, 19_000));
    expect(waited).toBeGreaterThan(0);
  }
  await journal.close();
});

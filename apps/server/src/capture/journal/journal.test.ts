import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createMemoryJournal, openJournal } from './index.ts';
import { journalContract } from './journal.contract-suite.ts';
import { createSimulatedDisk } from './simulated-disk.ts';
import { appendOf, bytesOf, openOn, readAllOf, silentLog } from './testing.ts';

async function newDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'hansard-journal-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

journalContract('memory', async (options) => createMemoryJournal(options));
journalContract('files', async (options) =>
  openJournal({ dir: await newDir(), log: silentLog, maxFileBytes: 2 << 20, ...options }),
);
journalContract('files on a simulated disk', (options) =>
  openOn(createSimulatedDisk(), { maxFileBytes: 2 << 20, ...options }),
);

test('[J17] has after a restart, on real files, what it had before', async () => {
  const dir = await newDir();
  const open = () => openJournal({ dir: join(dir, 'deep', 'journal'), log: silentLog, maxFileBytes: 128 << 10 });
  let journal = await open();
  const trackIds = ['a', 'b', 'ç-ü-日本'];
  for (let round = 0; round < 4; round += 1) {
    await Promise.all(
      trackIds.flatMap((id) =>
        Array.from({ length: 10 }, (_, at) => (round * 10 + at) * 1700).map((start) =>
          appendOf(journal, id, start, start + 1700),
        ),
      ),
    );
    await journal.close();
    journal = await open();
    expect([...journal.tracks()].toSorted()).toEqual(trackIds.toSorted());
    for (const id of trackIds) expect(await readAllOf(journal, id)).toEqual(bytesOf(id, 0, (round + 1) * 17_000));
  }
  await journal.close();
});

test.each([0, 4096, 65_537])('refuses files of %d bytes', async (maxFileBytes) => {
  await expect(openOn(createSimulatedDisk(), { maxFileBytes })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
});

test('[J24] lets go of its files', async () => {
  const dir = await newDir();
  const journal = await openJournal({ dir, log: silentLog, maxFileBytes: 128 << 10 });
  await appendOf(journal, 'a', 0, 1000);
  const openFiles = async () => {
    const paths = (await readdir('/proc/self/fd')).map((fd) => readlink(join('/proc/self/fd', fd)).catch(() => ''));
    return (await Promise.all(paths)).filter((path) => path.startsWith(dir));
  };
  expect(await openFiles()).not.toEqual([]);
  await journal.close();
  expect(await openFiles()).toEqual([]);
  await journal.close();
});

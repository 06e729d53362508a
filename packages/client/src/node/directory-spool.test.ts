import { appendFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeSpool, someTrack } from '../spool/spool.contract-suite.ts';
import { createDirectorySpool } from './directory-spool.ts';

const temporary = () => mkdtemp(join(tmpdir(), 'hansard-spool-'));

describeSpool('directory spool', async (limits) => {
  const directory = await temporary();
  return {
    spool: await createDirectorySpool(directory, limits),
    reopen: () => createDirectorySpool(directory, limits),
    cleanUp: () => rm(directory, { recursive: true }),
  };
});

it('cuts off what a crash left half written, wherever it cut', async () => {
  const directory = await temporary();
  const spool = await createDirectorySpool(directory);
  await spool.saveTrack(someTrack('a'));
  await spool.append('a', 0, Buffer.from('whole'), 1);
  await spool.append('a', 5, Buffer.from('torn'), 2);
  await spool.close();
  const path = join(directory, 'a.0.run');
  const written = await readFile(path);
  for (let cut = 24 + 5; cut < written.length; cut += 1) {
    await writeFile(path, written.subarray(0, cut));
    const again = await createDirectorySpool(directory);
    expect(await again.track('a')).toMatchObject({ end: 5, capturedMs: 1 });
    await again.append('a', 5, Buffer.from('anew'), 3);
    expect(Buffer.from((await again.read('a', 0, 99)).bytes).toString()).toBe('wholeanew');
    await again.close();
  }
  await writeFile(path, written);
  await appendFile(path, Buffer.alloc(100));
  await truncate(path, written.length + 50);
  const last = await createDirectorySpool(directory);
  expect(await last.track('a')).toMatchObject({ end: 9 });
  await last.close();
  await rm(directory, { recursive: true });
});

it('deletes files as their bytes are dropped, and leftovers of a removal at the next start', async () => {
  const directory = await temporary();
  const spool = await createDirectorySpool(directory);
  await spool.saveTrack(someTrack('a'));
  for (let at = 0; at < 8; at += 1) await spool.append('a', at * 500_000, new Uint8Array(500_000), at);
  expect((await readdir(directory)).filter((name) => name.endsWith('.run'))).toHaveLength(3);
  await spool.drop('a', 4_000_000);
  expect((await readdir(directory)).filter((name) => name.endsWith('.run'))).toHaveLength(1);
  await spool.close();
  const again = await createDirectorySpool(directory);
  expect(await again.track('a')).toMatchObject({ start: 4_000_000, end: 4_000_000, startMs: 7 });
  await again.close();
  await rm(join(directory, 'a.json'));
  const empty = await createDirectorySpool(directory);
  expect(await empty.tracks()).toEqual([]);
  expect(await readdir(directory)).toEqual([]);
  await rm(directory, { recursive: true });
});

it('takes no ID that would lead out of its directory', async () => {
  const directory = await temporary();
  const spool = await createDirectorySpool(directory);
  await expect(spool.saveTrack(someTrack('../a'))).rejects.toMatchObject({ code: 'SPOOL_FAILED' });
  await rm(directory, { recursive: true });
});

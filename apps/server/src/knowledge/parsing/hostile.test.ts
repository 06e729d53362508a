import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createParser, parsingLimits } from './index.ts';
import { hostileFiles } from './test-hostile.ts';

/** The whole suite's, of the process that has the parser: files of 10 MB are made in it as well. */
const maxGrowthBytes = 150 * 2 ** 20;

let folder = '';
let rssBefore = 0;
const children: number[] = [];
const parse = createParser({ onChild: (pid) => children.push(pid) });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hansard-hostile-'));
  rssBefore = process.memoryUsage.rss();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each(hostileFiles)('$name: $refusedAs', { timeout: 180_000 }, async ({ make, refusedAs }) => {
  const file = join(folder, 'file');
  await writeFile(file, make());
  const read = parse(file, { signal: new AbortController().signal, onProgress: () => {} });
  if (refusedAs === null) {
    const { passages, pages, pagesLeftOut } = await read;
    expect(passages.length).toBeGreaterThan(0);
    expect((pages ?? 0) - pagesLeftOut).toBeLessThanOrEqual(parsingLimits.maxPages);
  } else {
    await expect(read).rejects.toMatchObject({ name: 'AppError', code: refusedAs });
  }
});

test('nothing of them is left: no file, no process, no memory', async () => {
  expect(await readdir(folder)).toEqual(['file']);
  expect(existsSync('/tmp/hansard-was-here')).toBe(false);
  expect(children.length).toBeGreaterThan(hostileFiles.length / 2);
  for (const pid of children) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  expect(process.memoryUsage.rss() - rssBefore).toBeLessThan(maxGrowthBytes);
});

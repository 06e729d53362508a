import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AppError } from '../../errors.ts';
import { createParser, parsingLimits } from './index.ts';
import { hostileFiles } from './test-hostile.ts';

/** Of this side, while one file is read: what the child prints, and its passages. */
const maxGrowthBytes = 32 * 2 ** 20;

let folder = '';
const children: number[] = [];
const parse = createParser({ onChild: (pid) => children.push(pid) });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hansard-hostile-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each(hostileFiles)('$name: $refusedAs', { timeout: 180_000 }, async ({ make, refusedAs }) => {
  const file = join(folder, 'file');
  await writeFile(file, make());
  const before = heldBytes();
  const outcome = await parse(file, { signal: new AbortController().signal, onProgress: () => {} }).then(
    ({ pages, pagesLeftOut }) => ({ code: null, pagesRead: (pages ?? 0) - pagesLeftOut }),
    ({ code }: AppError) => ({ code, pagesRead: 0 }),
  );
  expect(outcome.code).toBe(refusedAs);
  expect(outcome.pagesRead).toBeLessThanOrEqual(parsingLimits.maxPages);
  expect(heldBytes() - before).toBeLessThan(maxGrowthBytes);
});

test('nothing of them is left: no file, no process', async () => {
  expect(await readdir(folder)).toEqual(['file']);
  expect(existsSync('/tmp/hansard-was-here')).toBe(false);
  expect(children.length).toBeGreaterThan(hostileFiles.length / 2);
  for (const pid of children) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

function heldBytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createNodeIo } from './node-io.ts';

test('a file is let go of once its reads have ended; one that comes after is refused', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'hansard-io-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const file = await createNodeIo().open(join(dir, 'file'));
  const bytes = Buffer.alloc(300_000, 'record');
  await file.writev([bytes], 0);

  const into = Array.from({ length: 20 }, () => Buffer.alloc(bytes.length));
  const ended: string[] = [];
  const reads = into.map((buffer) => file.read(buffer, 0).then(() => ended.push('read')));
  await file.close().then(() => ended.push('closed'));
  expect(ended).toEqual([...reads.map(() => 'read'), 'closed']);
  expect(into.every((buffer) => buffer.equals(bytes))).toBe(true);
  await expect(file.read(Buffer.alloc(10), 0)).rejects.toMatchObject({ code: 'ERR_OUT_OF_RANGE' });
});

import { constants } from 'node:fs';
import { mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
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

test.runIf(process.platform === 'linux')('[J1] Linux syncs each write of a file', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'hansard-io-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const path = join(dir, 'file');
  const file = await createNodeIo().open(path);
  onTestFinished(() => file.close());
  expect((await flagsOf(path)) & constants.O_DSYNC).toBe(constants.O_DSYNC);
});

/** As the kernel has them for the descriptor that this process has of a file. */
async function flagsOf(path: string): Promise<number> {
  for (const descriptor of await readdir('/proc/self/fd')) {
    const target = await readlink(join('/proc/self/fd', descriptor)).catch(() => null);
    if (target !== path) continue;
    const info = await readFile(join('/proc/self/fdinfo', descriptor), 'utf8');
    return parseInt(/^flags:\s*(\d+)/m.exec(info)![1]!, 8);
  }
  throw new Error(`This process has no descriptor of ${path}`);
}

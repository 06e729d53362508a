import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { cacheSizes, createFileObjects, createMemoryObjects } from './index.ts';
import { objectsContract } from './objects.contract-suite.ts';

const dirs: string[] = [];

async function newDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'hansard-objects-'));
  dirs.push(dir);
  return dir;
}

afterAll(async () => {
  await Promise.all(dirs.map((dir) => rm(dir, { recursive: true, force: true })));
});

objectsContract('memory', async () => createMemoryObjects());
objectsContract('files', async () => createFileObjects(await newDir()));
objectsContract('files whose sizes are kept', async () => cacheSizes(createFileObjects(await newDir()), new Map()));

test('the size of an object is asked for once, until it is another', async () => {
  let asked = 0;
  const memory = createMemoryObjects();
  const size = (key: string) => ((asked += 1), memory.size(key));
  const objects = cacheSizes({ ...memory, size }, new Map());
  expect(await objects.size('a')).toBeNull();
  await objects.put('a', new Uint8Array(3));
  expect([await objects.size('a'), await objects.size('a')]).toEqual([3, 3]);
  expect(asked).toBe(2);
  await objects.put('a', new Uint8Array(5));
  expect(await objects.size('a')).toBe(5);
  await objects.removeAll('a');
  expect(await objects.size('a')).toBeNull();
});

describe('objects in files', () => {
  test('are there after a restart; what a crash left half written is gone', async () => {
    const dir = await newDir();
    await createFileObjects(dir).put('a/b', Uint8Array.of(1, 2, 3));
    await writeFile(join(dir, 'incoming', 'half'), 'half an object');
    const objects = createFileObjects(dir);
    await objects.put('c', Uint8Array.of(4));
    expect(await objects.read('a/b', 0, 3)).toEqual(Uint8Array.of(1, 2, 3));
    expect(await readdir(join(dir, 'incoming'))).toEqual([]);
  });

  test('leave no empty folders behind', async () => {
    const dir = await newDir();
    const objects = createFileObjects(dir);
    await objects.put('tracks/t1/parts/0', Uint8Array.of(1));
    await objects.removeAll('tracks/t1/');
    expect(await readdir(join(dir, 'store', 'tracks', 't1'))).toEqual([]);
    await objects.put('tracks/t1/parts/0', Uint8Array.of(1));
    await objects.removeAll('tracks/');
    expect(await readdir(join(dir, 'store', 'tracks'))).toEqual([]);
  });

  test('on a full disk are refused with nothing left behind, and taken again when there is room', async () => {
    const dir = await newDir();
    // Fails where mounting is not permitted: this must not be skipped.
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', dir]);
    onTestFinished(() => void execFileSync('umount', [dir]));
    const objects = createFileObjects(join(dir, 'objects'));
    await objects.put('kept', new Uint8Array(600_000));
    await expect(objects.put('too-much', new Uint8Array(600_000))).rejects.toMatchObject({ code: 'STORAGE_FULL' });
    expect(await readdir(join(dir, 'objects', 'incoming'))).toEqual([]);
    expect(await objects.size('too-much')).toBeNull();
    expect(await objects.size('kept')).toBe(600_000);
    await objects.removeAll('kept');
    await objects.put('too-much', new Uint8Array(600_000));
    expect(await objects.size('too-much')).toBe(600_000);
  });

  test('say that the store failed where its folder is none', async () => {
    const dir = await newDir();
    await mkdir(join(dir, 'x'));
    await writeFile(join(dir, 'x', 'store'), 'a file in the way');
    await expect(createFileObjects(join(dir, 'x')).put('a', Uint8Array.of(1))).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
    });
  });
});

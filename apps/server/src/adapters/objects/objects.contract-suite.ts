import { describe, expect, test } from 'vitest';
import type { Objects } from './contract.ts';

/** What every object store must do. `open` gives an empty one. */
export function objectsContract(name: string, open: () => Promise<Objects>): void {
  describe(`${name} as an object store`, () => {
    const bytes = Uint8Array.from({ length: 1000 }, (_, at) => at % 251);

    test('gives back what was put, whole and in ranges', async () => {
      const objects = await open();
      await objects.put('tracks/t1/parts/000', bytes);
      expect(await objects.size('tracks/t1/parts/000')).toBe(1000);
      expect(await objects.read('tracks/t1/parts/000', 0, 1000)).toEqual(bytes);
      expect(await objects.read('tracks/t1/parts/000', 10, 20)).toEqual(bytes.slice(10, 20));
    });

    test('gives fewer bytes where the object ends before', async () => {
      const objects = await open();
      await objects.put('a', bytes);
      expect(await objects.read('a', 990, 5000)).toEqual(bytes.slice(990));
      expect(await objects.read('a', 2000, 5000)).toHaveLength(0);
      expect(await objects.read('a', 20, 10)).toHaveLength(0);
    });

    test('takes pieces whose memory is used again', async () => {
      const objects = await open();
      const piece = new Uint8Array(100);
      await objects.put(
        'streamed',
        (async function* () {
          for (let at = 0; at < 1000; at += 100) {
            piece.set(bytes.subarray(at, at + 100));
            yield piece;
          }
        })(),
      );
      piece.fill(0);
      expect(await objects.read('streamed', 0, 1000)).toEqual(bytes);
    });

    test('does not keep the memory of what was put', async () => {
      const objects = await open();
      const given = Uint8Array.from(bytes);
      await objects.put('a', given);
      given.fill(0);
      const read = await objects.read('a', 0, 1000);
      expect(read).toEqual(bytes);
      read.fill(0);
      expect(await objects.read('a', 0, 1000)).toEqual(bytes);
    });

    test('holds empty objects', async () => {
      const objects = await open();
      await objects.put('empty', new Uint8Array(0));
      expect(await objects.size('empty')).toBe(0);
    });

    test('replaces an object of the same key', async () => {
      const objects = await open();
      await objects.put('a', bytes);
      await objects.put('a', bytes.subarray(0, 3));
      expect(await objects.size('a')).toBe(3);
    });

    test('keeps what was there when a put breaks off', async () => {
      const objects = await open();
      await objects.put('a', bytes);
      const broken = (async function* () {
        yield bytes.subarray(0, 10);
        throw new RangeError('the source broke off');
      })();
      await expect(objects.put('a', broken)).rejects.toThrow(RangeError);
      expect(await objects.size('a')).toBe(1000);
    });

    test('says so where there is no object', async () => {
      const objects = await open();
      await objects.put('dir/a', bytes);
      expect(await objects.size('dir')).toBeNull();
      expect(await objects.size('dir/a/b')).toBeNull();
      await expect(objects.read('dir', 0, 1)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    test('tells an object from those below its name', async () => {
      const objects = await open();
      await objects.put('a/b', bytes);
      await objects.put('a', bytes.subarray(0, 1));
      await objects.put('a/b/c', bytes.subarray(0, 2));
      expect([await objects.size('a'), await objects.size('a/b'), await objects.size('a/b/c')]).toEqual([1, 1000, 2]);
    });

    test('removes all with a prefix, and nothing else', async () => {
      const objects = await open();
      for (const key of ['tracks/t1/a', 'tracks/t1/b/c', 'tracks/t10/a', 'tracks/t2/a']) await objects.put(key, bytes);
      expect(await objects.removeAll('tracks/t1/')).toEqual({ objects: 2, bytes: 2000 });
      expect(await objects.size('tracks/t1/a')).toBeNull();
      expect(await objects.size('tracks/t10/a')).toBe(1000);
      expect(await objects.removeAll('tracks/t1')).toEqual({ objects: 1, bytes: 1000 });
      expect(await objects.removeAll('nowhere/')).toEqual({ objects: 0, bytes: 0 });
      expect(await objects.size('tracks/t2/a')).toBe(1000);
    });

    test('takes puts while the same prefix is removed', async () => {
      const objects = await open();
      for (let round = 0; round < 20; round += 1) {
        await Promise.all([objects.put(`p/${round}/a`, bytes), objects.removeAll('p/')]);
        await objects.put(`p/${round}/b`, bytes);
        expect(await objects.size(`p/${round}/b`)).toBe(1000);
      }
    });

    test.each([
      '',
      '/a',
      'a/',
      'a//b',
      '.',
      '..',
      '../a',
      'a/../../b',
      'a/./b',
      'a b',
      'a\\b',
      'a\0b',
      'é',
      'x'.repeat(201),
    ])('refuses the key %j', async (key) => {
      const objects = await open();
      const refused = { code: 'BAD_REQUEST' };
      await expect(objects.put(key, bytes)).rejects.toMatchObject(refused);
      await expect(objects.read(key, 0, 1)).rejects.toMatchObject(refused);
      await expect(objects.size(key)).rejects.toMatchObject(refused);
      await expect(objects.removeAll(`${key}/`)).rejects.toMatchObject(refused);
    });
  });
}

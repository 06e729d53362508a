import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { createSimulatedDisk } from './simulated-disk.ts';
import { bytesOf, openOn } from './testing.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

test.each([1000, 30_000])('[J22] nothing of an append of %d bytes is held once it is answered', async (length) => {
  const disk = createSimulatedDisk();
  const journal = await openOn(disk);
  const given: WeakRef<ArrayBufferLike>[] = [];
  const append = async (at: number): Promise<void> => {
    const bytes = bytesOf('a', at * length, (at + 1) * length);
    given.push(new WeakRef(bytes.buffer));
    await journal.append('a', at * length, bytes);
  };
  await Promise.all(Array.from({ length: 20 }, (_, at) => append(at)));
  for (let turn = 0; turn < 5; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  expect(given.filter((bytes) => bytes.deref() !== undefined)).toHaveLength(0);
  expect(journal.stats()).toMatchObject({ appendedBytes: 20 * length, bytesInFlight: 0 });
  await journal.close();
});

test('[J22] released records take no memory', async () => {
  const disk = createSimulatedDisk();
  const journal = await openOn(disk);
  for (let at = 0; at < 300; at += 1) await journal.append('a', at, Uint8Array.of(at));
  expect(journal.stats().indexBytes).toBeGreaterThanOrEqual(300 * 8);
  journal.release('a', 290);
  expect(journal.stats().indexBytes).toBeLessThanOrEqual(16 * 8);
  journal.release('a', 300);
  expect(journal.stats().indexBytes).toBe(0);
  await journal.close();
});

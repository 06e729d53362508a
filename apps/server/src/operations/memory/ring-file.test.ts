import { mkdtemp, open, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memorySignalNames } from '@hansard/protocol';
import * as fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { decodePoint, encodePoint, pointBytes, type MemoryPoint } from './point.ts';
import { openRingFile } from './ring-file.ts';

const log = pino({ level: 'silent' });
const slots = 16;

async function tempFile(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'hansard-ring-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return join(dir, 'memory.ring');
}

const openRing = (path: string, stepMs = 1000) => openRingFile({ path, stepMs, slots, log });

const signal = fc.option(
  fc.record({
    ratio: fc.nat(20_000).map((tenThousandths) => tenThousandths / 1e4),
    usedBytes: fc.nat(2 ** 31 - 1).map((kib) => kib * 1024),
  }),
);
const point = (step: fc.Arbitrary<number>): fc.Arbitrary<MemoryPoint> =>
  fc.record({
    step,
    level: fc.nat(3),
    activeMeetings: fc.nat(1e6),
    signals: fc.array(signal, { minLength: memorySignalNames.length, maxLength: memorySignalNames.length }),
  });

describe('a point on disk', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(point(fc.nat(2 ** 31 - 1)), (written) => {
        const record = encodePoint(written);
        expect(record).toHaveLength(pointBytes);
        expect(decodePoint(record)).toEqual(written);
      }),
    );
  });

  test('is none where any of its bits is another, where it is cut off, and where nothing was ever written', () => {
    fc.assert(
      fc.property(point(fc.nat(2 ** 31 - 1)), fc.nat(8 * pointBytes - 1), (written, bit) => {
        const record = encodePoint(written);
        // The three spare bytes and the check sum itself count too.
        record[bit >> 3]! ^= 1 << (bit & 7);
        expect(decodePoint(record)).toBeNull();
        expect(decodePoint(record.subarray(0, bit >> 3))).toBeNull();
      }),
    );
    expect(decodePoint(Buffer.alloc(pointBytes))).toBeNull();
  });
});

describe('a ring file', () => {
  test('gives what a map of the last round would, in any order of steps and through restarts', async () => {
    const batch = fc.array(point(fc.nat(60)), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.array(batch, { minLength: 1, maxLength: 6 }), async (batches) => {
        const path = await tempFile();
        const bySlot = new Map<number, MemoryPoint>();
        for (const points of batches) {
          const ring = await openRing(path);
          await ring.write(points);
          for (const each of points) bySlot.set(each.step % slots, each);
          const newest = 60;
          const kept = [...bySlot.values()].filter(({ step }) => step > newest - slots);
          const read = await ring.read(0, newest);
          expect(read).toEqual(kept.sort((one, other) => one.step - other.step));
          await ring.close();
        }
        expect((await stat(path)).size).toBeLessThanOrEqual(32 + slots * pointBytes);
      }),
      { numRuns: 30 },
    );
  });

  test('loses no more than the points that were hit, wherever a crash tore it or a disk wrote garbage', async () => {
    const damage = fc.record({
      at: fc.nat(slots * pointBytes - 1),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 90 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(damage, { maxLength: 4 }),
        fc.option(fc.nat(slots * pointBytes)),
        async (hits, cutAt) => {
          const path = await tempFile();
          const written = Array.from({ length: slots }, (_, step): MemoryPoint => ({
            step: 100 + step,
            level: 1,
            activeMeetings: step,
            signals: memorySignalNames.map(() => ({ ratio: 0.5, usedBytes: 1024 * step })),
          }));
          const ring = await openRing(path);
          await ring.write(written);
          await ring.close();
          const file = await open(path, 'r+');
          for (const { at, bytes } of hits) await file.write(bytes, 0, bytes.length, 32 + at);
          await file.close();
          if (cutAt !== null) await truncate(path, 32 + cutAt);

          const isWhole = ({ step }: MemoryPoint): boolean => {
            const from = (step % slots) * pointBytes;
            const isHit = hits.some(({ at, bytes }) => at < from + pointBytes && at + bytes.length > from);
            return !isHit && (cutAt === null || from + pointBytes <= cutAt);
          };
          const again = await openRing(path);
          const read = await again.read(100, 100 + slots - 1);
          // A hit may have written what was there before.
          expect(read).toEqual(written.filter(({ step }) => read.some((each) => each.step === step)));
          expect(read.map(({ step }) => step)).toEqual(
            expect.arrayContaining(written.filter(isWhole).map(({ step }) => step)),
          );
          const next = { ...written[3]!, step: 103 + slots };
          await again.write([next]);
          expect(await again.read(103 + slots, 103 + slots)).toEqual([next]);
          await again.close();
        },
      ),
      { numRuns: 40 },
    );
  });

  test('begins anew where the file is of another form or another step', async () => {
    const path = await tempFile();
    await writeFile(path, 'what somebody else put here');
    const one = { step: 5, level: 0, activeMeetings: 1, signals: memorySignalNames.map(() => null) };
    const ring = await openRing(path);
    expect(await ring.read(0, 10)).toEqual([]);
    await ring.write([one]);
    await ring.close();
    const same = await openRing(path);
    expect(await same.read(0, 10)).toEqual([one]);
    await same.close();
    const other = await openRing(path, 5000);
    expect(await other.read(0, 10)).toEqual([]);
    await other.close();
    expect(await readFile(path)).toHaveLength(32);
  });

  test('says once that it can’t keep anything, and goes on without', async () => {
    const path = await tempFile();
    const warnings: unknown[] = [];
    const ring = await openRingFile({
      path: join(path, 'no', 'such', 'folder'),
      stepMs: 1000,
      slots,
      log: { warn: (...line: unknown[]) => void warnings.push(line) },
    });
    await ring.write([{ step: 5, level: 0, activeMeetings: 1, signals: [] }]);
    expect(await ring.read(0, 10)).toEqual([]);
    await ring.close();
    expect(warnings).toHaveLength(1);
  });
});

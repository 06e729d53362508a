import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { createOpusSlices } from './opus-slices.ts';
import { createWebmMuxer } from './webm-muxer.ts';

const packet = (size: number) => new Uint8Array(size).fill(size & 0xff);

async function bytesOf(blobs: readonly Blob[]): Promise<Uint8Array> {
  return new Uint8Array(await new Blob([...blobs]).arrayBuffer());
}

it('cuts one unbroken stream into slices of about the length that was asked for', async () => {
  const sizes = fc.array(fc.integer({ min: 3, max: 400 }), { minLength: 1, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(sizes, fc.constantFrom(20, 60), fc.constantFrom(100, 250), async (bytes, durationMs, sliceMs) => {
      const told: Blob[] = [];
      const slices = createOpusSlices({
        sampleRate: 48_000,
        channels: 1,
        sliceMs,
        onSlice: (slice) => told.push(slice),
      });
      const muxer = createWebmMuxer({ channels: 1 });
      const expected: Uint8Array<ArrayBuffer>[] = [];
      for (const [index, size] of bytes.entries()) {
        const atMs = index * durationMs;
        slices.captured((48_000 * durationMs) / 1_000, 1_000 + atMs);
        slices.add({ data: packet(size), atMs, durationMs });
        expected.push(...muxer.add(packet(size), atMs));
      }
      const perSlice = Math.ceil(sliceMs / durationMs);
      expect(told).toHaveLength(Math.floor(bytes.length / perSlice));
      slices.end();
      slices.end();
      expect(told).toHaveLength(Math.ceil(bytes.length / perSlice));
      expect(await bytesOf(told)).toEqual(await bytesOf([new Blob(expected)]));
    }),
    { numRuns: 50 },
  );
});

it('tells nothing where nothing was recorded', () => {
  const told: Blob[] = [];
  createOpusSlices({ sampleRate: 48_000, channels: 1, sliceMs: 250, onSlice: (slice) => told.push(slice) }).end();
  expect(told).toEqual([]);
});

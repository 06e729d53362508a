import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { AppError } from '../../errors.ts';
import { buildChunkOgg } from './chunk-ogg.ts';
import { fixtures, readFixture } from './testing.ts';
import { createTrackFile } from './track-file.ts';
import { TrackReader } from './track-reader.ts';

/** Real recordings, so that damage is met in every state of the parsers. */
const sources = fixtures.map(({ name, mimeType }) => ({ mimeType, bytes: readFixture(name).subarray(0, 20_000) }));

/** A recording whose pieces were flipped, left out, doubled, moved or replaced by noise. */
const damaged = fc
  .record({
    source: fc.constantFrom(...sources),
    pieceBytes: fc.integer({ min: 10, max: 2000 }),
    harm: fc.array(
      fc.record({
        at: fc.nat(20_000),
        kind: fc.constantFrom('flip', 'drop', 'double', 'swap', 'noise'),
        noise: fc.uint8Array({ minLength: 1, maxLength: 300 }),
      }),
      { maxLength: 12 },
    ),
  })
  .map(({ source, pieceBytes, harm }) => {
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < source.bytes.length; at += pieceBytes) pieces.push(source.bytes.slice(at, at + pieceBytes));
    for (const { at, kind, noise } of harm) {
      const index = at % pieces.length;
      const piece = pieces[index]!;
      if (kind === 'flip') piece[at % piece.length]! ^= noise[0]!;
      else if (kind === 'drop' && pieces.length > 1) pieces.splice(index, 1);
      else if (kind === 'double') pieces.splice(index, 0, piece.slice());
      else if (kind === 'swap') pieces.push(...pieces.splice(index, 1));
      else pieces.splice(index, 0, noise);
    }
    return { mimeType: source.mimeType, pieces };
  });

const randomBytes = fc.record({
  mimeType: fc.constantFrom('audio/webm', 'audio/ogg'),
  pieces: fc.array(fc.uint8Array({ maxLength: 500 }), { maxLength: 20 }),
});

it('reads whatever it is given to the end, in bounded state, and every chunk can be built', () => {
  fc.assert(
    fc.property(fc.oneof({ arbitrary: damaged, weight: 5 }, randomBytes), ({ mimeType, pieces }) => {
      const whole = Buffer.concat(pieces);
      let reader = new TrackReader({ mimeType, maxChunkMs: 3000 });
      const chunks = [];
      let at = 0;
      for (const [index, piece] of pieces.entries()) {
        chunks.push(...reader.push(piece, at));
        at += piece.length;
        expect(at - reader.offset).toBeLessThanOrEqual(300);
        if (index % Math.ceil(pieces.length / 8) !== 0) continue;
        const state = reader.snapshot();
        expect(state.length).toBeLessThan(2048);
        reader = new TrackReader({ mimeType, maxChunkMs: 3000, state });
        chunks.push(...reader.push(whole.subarray(reader.offset, at), reader.offset));
      }
      chunks.push(...reader.finish());
      const undisturbed = new TrackReader({ mimeType, maxChunkMs: 3000 });
      expect(chunks).toEqual([...undisturbed.push(whole, 0), ...undisturbed.finish()]);
      let endMs = 0;
      for (const chunk of chunks) {
        expect(chunk.startMs).toBeGreaterThanOrEqual(endMs);
        expect(chunk.endMs - chunk.startMs).toBeLessThanOrEqual(3000);
        endMs = chunk.endMs;
        expect(buildChunkOgg(whole.subarray(chunk.byteStart, chunk.byteEnd), chunk.framing).length).toBeGreaterThan(90);
      }
    }),
    { numRuns: 300 },
  );
});

it('makes a file of whatever it is given, or says that there is no sound in it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(damaged, randomBytes), async ({ mimeType, pieces }) => {
      const outcome = await sizeOf(createTrackFile({ mimeType, bytes: iterate(pieces) })).catch(codeOf);
      expect(outcome === 'UNSUPPORTED_MEDIA' || Number(outcome) > 90).toBe(true);
    }),
    { numRuns: 100 },
  );
});

async function sizeOf(file: AsyncIterable<Uint8Array>): Promise<number> {
  let size = 0;
  for await (const { length } of file) size += length;
  return size;
}

function codeOf(error: unknown): string {
  return error instanceof AppError ? error.code : String(error);
}

async function* iterate(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

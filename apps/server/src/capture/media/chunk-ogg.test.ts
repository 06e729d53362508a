import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { buildChunkOgg } from './chunk-ogg.ts';
import { decode, fixtures, readFixture } from './testing.ts';
import { TrackReader } from './track-reader.ts';

const ogg = 'audio/ogg;codecs=opus';

describe.each(fixtures)('chunks of $name', ({ name, mimeType }) => {
  const bytes = readFixture(name);
  const reader = new TrackReader({ mimeType, maxChunkMs: 4000 });
  const chunks = [...reader.push(bytes, 0), ...reader.finish()];
  const files = chunks.map((chunk) =>
    buildChunkOgg(bytes.slice(chunk.byteStart, chunk.byteEnd), JSON.parse(JSON.stringify(chunk.framing))),
  );

  it('decode alone, each in step with the whole, without a jump between them', async () => {
    const whole = await decode(bytes, mimeType);
    let at = 0;
    for (const [index, file] of files.entries()) {
      const piece = await decode(file, ogg);
      expect(piece.length).toBe(chunks[index]!.framing.samples);
      expect(relativeError(piece, whole.subarray(at, at + piece.length))).toBeLessThan(0.02);
      // The first milliseconds are where a decoder out of step would be heard.
      expect(relativeError(piece.subarray(0, 960), whole.subarray(at, at + 960))).toBeLessThan(0.15);
      at += piece.length;
    }
    expect(at).toBe(whole.length);
  });

  it('have in ffmpeg the lengths that they say, to the sample', () => {
    for (const [index, file] of files.entries()) {
      const decoded = execFileSync('ffmpeg', '-v error -i pipe:0 -ac 1 -f s16le pipe:1'.split(' '), {
        input: file,
      });
      expect(decoded.length / 2).toBe(chunks[index]!.framing.samples);
    }
  });
});

it('refuses bytes that are not the chunk’s', () => {
  const bytes = readFixture('chromium-speech.webm');
  const reader = new TrackReader({ mimeType: 'audio/webm' });
  const [chunk] = reader.push(bytes, 0);
  const { byteStart, byteEnd, framing } = chunk!;
  expect(() => buildChunkOgg(bytes.subarray(byteStart, byteEnd - 1), framing)).toThrow(
    expect.objectContaining({ code: 'INTERNAL' }),
  );
});

/** Energy of the difference against that of the sound; silence has none of either. */
function relativeError(is: Float32Array, want: Float32Array): number {
  let difference = 0;
  let energy = 1e-4;
  for (const [index, sample] of want.entries()) {
    difference += (sample - is[index]!) ** 2;
    energy += sample ** 2;
  }
  return difference / energy;
}

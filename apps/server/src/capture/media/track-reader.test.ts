import { deflateRawSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildChunkOgg } from './chunk-ogg.ts';
import type { CutChunk } from './chunk.ts';
import { clusterOf, concat, fixtures, makeCluster, makeWebm, readFixture } from './testing.ts';
import { unpackCutterState, type PackedCutterState } from './cutter.ts';
import { TrackReader } from './track-reader.ts';

const webm = 'audio/webm;codecs=opus';

function chunksOf(bytes: Uint8Array, options: Partial<ConstructorParameters<typeof TrackReader>[0]> = {}): CutChunk[] {
  const reader = new TrackReader({ mimeType: webm, ...options });
  return [...reader.push(bytes, 0), ...reader.finish()];
}

/** Sizes of 60 ms packets: `seconds` of speech or of what is between. */
const speech = (seconds: number) => packets(seconds, (index) => 230 + ((index * 7919) % 41));
const pause = (seconds: number) => packets(seconds, (index) => 60 + ((index * 13) % 8));
const packets = (seconds: number, size: (index: number) => number) =>
  Array.from({ length: Math.round(seconds / 0.06) }, (_, index) => size(index));
/** A recording with these packets, in clusters of a second. */
function recordingOf(sizes: readonly number[]): Uint8Array {
  const clusters = [];
  for (let at = 0; at < sizes.length; at += 16) clusters.push(clusterOf(at * 60, sizes.slice(at, at + 16)));
  return makeWebm(clusters);
}

describe.each(fixtures)('$name', ({ name, mimeType }) => {
  const bytes = readFixture(name);
  const whole = chunksOf(bytes, { mimeType, maxChunkMs: 5000 });

  it('is cut into chunks that follow each other without a gap', () => {
    expect(whole.length).toBeGreaterThan(2);
    expect(whole.map(({ startMs }) => startMs)).toEqual([0, ...whole.slice(0, -1).map(({ endMs }) => endMs)]);
    for (const { startMs, endMs, framing } of whole) {
      expect(endMs - startMs).toBeLessThanOrEqual(5000);
      expect(Math.abs(framing.samples / 48 - (endMs - startMs))).toBeLessThanOrEqual(1);
    }
    for (const { framing } of whole.slice(1)) expect(framing.preSkip).toBeGreaterThanOrEqual(80 * 48);
  });

  it('gives the same chunks however its bytes are split and wherever the reader is made anew', () => {
    const step = fc.record({ length: fc.integer({ min: 1, max: 9000 }), restart: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
        let reader = new TrackReader({ mimeType, maxChunkMs: 5000 });
        const found: CutChunk[] = [];
        let at = 0;
        for (let index = 0; at < bytes.length; index += 1) {
          const { length, restart } = steps[index % steps.length]!;
          found.push(...reader.push(bytes.subarray(at, at + length), at));
          at = Math.min(bytes.length, at + length);
          if (!restart) continue;
          const state = reader.snapshot();
          expect(state.length).toBeLessThan(2048);
          reader = new TrackReader({ mimeType, maxChunkMs: 5000, state });
          at = reader.offset;
          // What is asked for again is a header's worth: it comes with the next bytes.
          found.push(...reader.push(bytes.subarray(at, at + 300), at));
          at = Math.min(bytes.length, at + 300);
        }
        found.push(...reader.finish());
        expect(found).toEqual(whole);
      }),
      { numRuns: 60 },
    );
  });

  it('knows how much sound it has', () => {
    const reader = new TrackReader({ mimeType });
    reader.push(bytes, 0);
    reader.finish();
    expect(reader.durableMs).toBe(whole.at(-1)!.endMs);
  });
});

describe('where it cuts', () => {
  it('ends a chunk half a second into a pause, so that text need not wait', () => {
    const [first] = chunksOf(recordingOf([...speech(3), ...pause(1.5), ...speech(3)]));
    expect(first!.endMs).toBeGreaterThan(3300);
    expect(first!.endMs).toBeLessThan(3700);
  });

  it('lets a short pause pass in a young chunk and takes it in an old one', () => {
    const sentence = [...speech(2.4), ...pause(0.3)];
    const [first] = chunksOf(recordingOf(Array.from({ length: 8 }, () => sentence).flat()));
    expect(first!.endMs).toBeGreaterThan(6000);
    const intoSentence = first!.endMs % 2700;
    expect(intoSentence).toBeGreaterThanOrEqual(2400);
  });

  it('cuts at 15 s where nobody pauses, at the quietest moment near the end', () => {
    const sizes = speech(40);
    sizes[210] = 120;
    const chunks = chunksOf(recordingOf(sizes));
    for (const { startMs, endMs } of chunks) expect(endMs - startMs).toBeLessThanOrEqual(15_000);
    expect(chunks[0]!.endMs).toBe(211 * 60);
  });

  it('puts silence before speech into a chunk of its own, and leaves some before the first word', () => {
    const [silent, spoken] = chunksOf(recordingOf([...speech(2), ...pause(9), ...speech(4), ...pause(1)])).slice(1);
    expect(silent!.hints.quietShare).toBe(1);
    expect(11_000 - spoken!.startMs).toBeGreaterThanOrEqual(180);
    expect(11_000 - spoken!.startMs).toBeLessThanOrEqual(360);
  });

  it('knows silence from the first packet on', () => {
    const silence = packets(6, () => 8);
    const [silent, spoken] = chunksOf(recordingOf([...silence, ...speech(4), ...pause(1)]));
    expect(silent!.hints.quietShare).toBe(1);
    expect(spoken!.startMs).toBeGreaterThan(5500);
  });

  it('finds pauses again when the room gets louder', () => {
    const noisier = pause(1).map((size) => size + 110);
    const turns = Array.from({ length: 8 }, () => [...speech(4), ...noisier]).flat();
    const chunks = chunksOf(recordingOf([...speech(4), ...pause(1), ...turns]));
    const late = chunks.filter(({ startMs }) => startMs > 20_000).slice(0, -1);
    expect(late.length).toBeGreaterThan(2);
    for (const { endMs } of late) expect(endMs % 5000).toBeGreaterThan(3990);
  });

  it('cuts where the clock jumps: nothing was recorded in between', () => {
    const bytes = makeWebm([clusterOf(0, speech(2)), clusterOf(60_000, speech(2))]);
    const chunks = chunksOf(bytes);
    expect(chunks.map(({ startMs, endMs }) => [startMs, endMs])).toEqual([
      [0, 1980],
      [60_000, 61_980],
    ]);
  });
});

it('is never longer than can be read at once, whatever lies between its packets', () => {
  const padding = new Uint8Array(1_000_000);
  padding.set([0xec, 0x20, 0x0f, 0x42, 0x40 - 5]);
  const sound = makeCluster(clusterOf(0, speech(1)));
  const bytes = concat([recordingOf(speech(1)), padding, padding, padding, sound, padding, sound]);
  const chunks = chunksOf(bytes);
  expect(chunks.map(({ startMs, endMs }) => [startMs, endMs])).toEqual([
    [0, 1020],
    [1020, 3060],
  ]);
  for (const { byteStart, byteEnd, framing } of chunks) {
    expect(byteEnd - byteStart).toBeLessThanOrEqual(2 * 1024 * 1024);
    expect(buildChunkOgg(bytes.subarray(byteStart, byteEnd), framing).length).toBeGreaterThan(3000);
  }
});

describe('the end', () => {
  it('may turn out to be none', () => {
    const bytes = recordingOf(speech(4));
    const half = Math.round(bytes.length / 2);
    const reader = new TrackReader({ mimeType: webm });
    const chunks = [...reader.push(bytes.subarray(0, half), 0), ...reader.finish()];
    chunks.push(...reader.push(bytes.subarray(half), half), ...reader.finish(), ...reader.finish());
    expect(chunks).toHaveLength(2);
    expect(chunks[1]!.startMs).toBe(chunks[0]!.endMs);
    expect(chunks[1]!.endMs).toBe(chunksOf(bytes).at(-1)!.endMs);
  });

  it('of a track without sound is no chunk', () => {
    expect(chunksOf(new Uint8Array(0))).toEqual([]);
    expect(chunksOf(recordingOf([]))).toEqual([]);
  });
});

it('has a snapshot under 2 KB a day and a gigabyte into a track', () => {
  const reader = new TrackReader({ mimeType: webm });
  reader.push(recordingOf(speech(30)), 0);
  let at = reader.offset;
  const filler = makeCluster({ ms: 0, blocks: [] });
  const padding = new Uint8Array(1 << 20);
  padding.set([0xec, 0x20, 0x0f, 0xff, 0xfc]);
  for (let mb = 0; mb < 1000; mb += 1) {
    reader.push(padding, at);
    at += padding.length;
  }
  reader.push(filler, at);
  at += filler.length;
  const day = makeCluster(clusterOf(86_000_000, [...speech(13.5), ...pause(0.3), ...speech(0.06)]));
  reader.push(day, at);
  expect(reader.durableMs).toBeGreaterThan(86_000_000);
  const { length, buffer } = reader.snapshot();
  expect(length).toBeLessThan(2048);
  // In memory of its own: what waits for the database keeps nothing else.
  expect(buffer.byteLength).toBe(length);
});

it('refuses a saved state that is none', () => {
  expect(() => new TrackReader({ mimeType: webm, state: new Uint8Array(40) })).toThrow(
    expect.objectContaining({ code: 'INTERNAL' }),
  );
});

it('goes on from a state that was saved compressed, as it was before', () => {
  const bytes = readFixture('chromium-speech.webm');
  const whole = chunksOf(bytes, { maxChunkMs: 4000 });
  const first = new TrackReader({ mimeType: webm, maxChunkMs: 4000 });
  const found = first.push(bytes.subarray(0, bytes.length / 2), 0);
  const saved = JSON.parse(Buffer.from(first.snapshot()).toString()) as { cutter: PackedCutterState };
  const before = deflateRawSync(JSON.stringify({ ...saved, version: 1, cutter: unpackCutterState(saved.cutter) }));
  const next = new TrackReader({ mimeType: webm, maxChunkMs: 4000, state: before });
  found.push(...next.push(bytes.subarray(next.offset), next.offset), ...next.finish());
  expect(found).toEqual(whole);
});

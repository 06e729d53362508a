import { createWebmMuxer } from '@hansard/client/webm-muxer';
import { Demuxer, initialDemuxerState } from '@hansard/server/media';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';

/** Also at the edges where a length takes one byte more. */
const bytes = fc.oneof(fc.integer({ min: 20, max: 1_500 }), fc.constantFrom(122, 123, 124, 16_378, 16_379, 16_380));
/** A packet of 20 ms (one frame) to 120 ms (six), as its first two bytes say. */
const packet = fc.record({ frames: fc.integer({ min: 1, max: 6 }), bytes });

it('the server finds every packet of the browser’s muxer at its time, however the stream is cut', () => {
  const packets = fc.array(packet, { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(packets, fc.integer({ min: 1, max: 3_000 }), (made, sliceBytes) => {
      const muxer = createWebmMuxer({ channels: 1 });
      let atMs = 0;
      const given = made.map(({ frames, bytes: length }) => {
        const data = new Uint8Array(length).fill(length & 0xff);
        data.set([0xfb, frames]);
        const placed = { data, atMs };
        atMs += frames * 20;
        return placed;
      });
      const stream = Buffer.concat(given.flatMap(({ data, atMs: at }) => muxer.add(data, at)));

      const demuxer = new Demuxer(initialDemuxerState('audio/webm;codecs=opus'), { keepPayloads: true });
      const found = [];
      for (let from = 0; from < stream.length; from += sliceBytes) {
        found.push(...demuxer.push(stream.subarray(from, from + sliceBytes), from));
      }
      found.push(...demuxer.finish());
      expect(demuxer.refused).toBeNull();
      expect(demuxer.head).toEqual({ channels: 1, preSkip: 312, inputRate: 48_000, gain: 0 });
      expect(
        found.map(({ payload, timeSample, containerMs, jumpSamples }) => [
          Buffer.from(payload).toString('hex'),
          timeSample / 48,
          containerMs,
          jumpSamples,
        ]),
      ).toEqual(given.map(({ data, atMs: at }) => [Buffer.from(data).toString('hex'), at, at, 0]));
    }),
    { numRuns: 100 },
  );
});

it('the server takes a jump of the browser’s time for silence', () => {
  const muxer = createWebmMuxer({ channels: 1 });
  const data = new Uint8Array(50).fill(9);
  data.set([0xfb, 3]);
  const stream = Buffer.concat([0, 60, 7_120, 7_180].flatMap((atMs) => muxer.add(data, atMs)));
  const demuxer = new Demuxer(initialDemuxerState('audio/webm;codecs=opus'));
  const found = [...demuxer.push(stream, 0), ...demuxer.finish()];
  expect(found.map(({ timeSample }) => timeSample / 48)).toEqual([0, 60, 7_120, 7_180]);
});

import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input } from 'mediabunny';
import { describe, expect, it } from 'vitest';
import { makeOpusHead } from './opus-head.ts';
import { createWebmMuxer } from './webm-muxer.ts';

/** 60 ms of Opus in three frames of one length: valid where that is whole. */
function packetOf(bytes: number): Uint8Array<ArrayBuffer> {
  const packet = new Uint8Array(bytes).fill(7);
  packet.set([0xfb, 3]);
  return packet;
}

function mux(packets: readonly { data: Uint8Array<ArrayBuffer>; atMs: number }[], description?: Uint8Array) {
  const muxer = createWebmMuxer({ channels: 1, description });
  return Buffer.concat(packets.flatMap(({ data, atMs }) => muxer.add(data, atMs)));
}

async function readBack(file: Uint8Array) {
  const input = new Input({ source: new BufferSource(file), formats: ALL_FORMATS });
  const track = (await input.getPrimaryAudioTrack())!;
  const packets = [];
  for await (const { data, timestamp } of new EncodedPacketSink(track).packets()) {
    packets.push({ data: Buffer.from(data).toString('hex'), atMs: Math.round(timestamp * 1000) });
  }
  return { codec: await track.getCodec(), channels: track.numberOfChannels, rate: track.sampleRate, packets };
}

describe('WebM as it is streamed', () => {
  it('gives back to another reader what was put in, at its time', async () => {
    const packet = fc.record({
      bytes: fc.oneof(fc.integer({ min: 5, max: 300 }), fc.constantFrom(122, 123, 124, 16_378, 16_379, 16_380)),
      gapMs: fc.oneof(fc.constant(60), fc.constant(20), fc.integer({ min: 0, max: 100_000 })),
    });
    const packets = fc.array(packet, { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(packets, fc.integer({ min: 0, max: 2 ** 33 }), async (made, startMs) => {
        let atMs = startMs;
        const given = made.map(({ bytes, gapMs }) => ({ data: packetOf(bytes), atMs: (atMs += gapMs) }));
        const found = await readBack(mux(given));
        expect(found).toMatchObject({ codec: 'opus', channels: 1, rate: 48_000 });
        expect(found.packets).toEqual(
          given.map(({ data, atMs: at }) => ({ data: Buffer.from(data).toString('hex'), atMs: at })),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('holds nothing back: what was added can be read before more comes', async () => {
    const muxer = createWebmMuxer({ channels: 1 });
    const stream: Uint8Array[] = [];
    for (let count = 1; count <= 30; count += 1) {
      stream.push(...muxer.add(packetOf(50 + count), count * 60));
      expect((await readBack(Buffer.concat(stream))).packets).toHaveLength(count);
    }
  });

  it('lets no time go back', async () => {
    const { packets } = await readBack(
      mux([
        { data: packetOf(50), atMs: 100 },
        { data: packetOf(50), atMs: 40 },
        { data: packetOf(50), atMs: 160 },
      ]),
    );
    expect(packets.map(({ atMs }) => atMs)).toEqual([100, 100, 160]);
  });

  it('has the encoder’s own head, else one that fits', () => {
    const own = makeOpusHead(1);
    own[10] = 0x77;
    const packets = [{ data: packetOf(50), atMs: 0 }];
    expect(mux(packets, own).includes(Buffer.from(own))).toBe(true);
    for (const none of [undefined, new Uint8Array(0), new Uint8Array(40)]) {
      expect(mux(packets, none).includes(Buffer.from(makeOpusHead(1)))).toBe(true);
    }
  });

  it('is what ffprobe takes for Opus, complaining of nothing', () => {
    const file = mux(Array.from({ length: 50 }, (_, index) => ({ data: packetOf(101), atMs: index * 60 })));
    const args = ['-v', 'warning', '-f', 'webm', '-show_entries'];
    const entries = 'stream=codec_name,channels,sample_rate:packet=size';
    const output = execFileSync('ffprobe', [...args, entries, '-of', 'json', 'pipe:0'], {
      input: file,
      stdio: 'pipe',
    });
    const { streams, packets } = JSON.parse(String(output)) as { streams: object[]; packets: object[] };
    expect(streams).toEqual([{ codec_name: 'opus', channels: 1, sample_rate: '48000' }]);
    expect(packets).toEqual(Array.from({ length: 50 }, () => ({ size: '101' })));
  });
});

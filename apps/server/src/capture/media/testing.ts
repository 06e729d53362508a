import { readFileSync } from 'node:fs';
import { OpusDecoder } from 'opus-decoder';
import { Demuxer, initialDemuxerState } from './demuxer.ts';
import type { Packet } from './packet.ts';

/** Recordings made by `fixtures/make-fixtures.mjs`. */
export const fixtures = [
  { name: 'chromium-speech.webm', mimeType: 'audio/webm;codecs=opus' },
  { name: 'chromium-noisy.webm', mimeType: 'audio/webm;codecs=opus' },
  { name: 'ffmpeg-speech.webm', mimeType: 'audio/webm' },
  { name: 'ffmpeg-speech.ogg', mimeType: 'audio/ogg; codecs="opus"' },
] as const;

export function fixturePath(name: string): string {
  return `${import.meta.dirname}/fixtures/${name}`;
}

export function readFixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(fixturePath(name)));
}

export function packetsOf(bytes: Uint8Array, mimeType: string): Packet[] {
  const demuxer = new Demuxer(initialDemuxerState(mimeType), { keepPayloads: true });
  return [...demuxer.push(bytes, 0), ...demuxer.finish()];
}

/** The first channel of a whole track or file, pre-skip and end trimming applied, as RFC 7845 asks of a player. */
export async function decode(bytes: Uint8Array, mimeType: string): Promise<Float32Array> {
  const demuxer = new Demuxer(initialDemuxerState(mimeType), { keepPayloads: true });
  const packets = [...demuxer.push(bytes, 0), ...demuxer.finish()];
  const { channels, preSkip } = demuxer.head!;
  const decoder = new OpusDecoder({ channels });
  await decoder.ready;
  const { channelData, errors } = decoder.decodeFrames(packets.map(({ payload }) => payload));
  decoder.free();
  if (errors.length > 0) throw new Error(errors[0]!.message);
  return channelData[0]!.slice(preSkip, channelData[0]!.length - packets.at(-1)!.discardSamples);
}

/** A WebM file as a recorder writes it: unknown sizes, one cluster for each list of blocks. */
export function makeWebm(clusters: readonly TestCluster[], { channels = 1, preSkip = 0 } = {}): Uint8Array {
  return concat([webmHeader(opusHeadOf(channels, preSkip)), ...clusters.map(makeCluster)]);
}

interface TestCluster {
  ms: number;
  blocks: readonly { relativeMs: number; payload: Uint8Array; asGroup?: boolean }[];
}

export function webmHeader(codecPrivate: Uint8Array, codec = 'A_OPUS'): Uint8Array {
  const entry = concat([
    element([0xd7], [1]),
    element([0x83], [2]),
    element([0x86], Buffer.from(codec)),
    element([0x63, 0xa2], codecPrivate),
  ]);
  return concat([
    element([0x1a, 0x45, 0xdf, 0xa3], element([0x42, 0x82], Buffer.from('webm'))),
    [0x18, 0x53, 0x80, 0x67, 0x01, 255, 255, 255, 255, 255, 255, 255],
    element([0x16, 0x54, 0xae, 0x6b], element([0xae], entry)),
  ]);
}

export function makeCluster({ ms, blocks }: TestCluster): Uint8Array {
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(ms));
  return concat([
    [0x1f, 0x43, 0xb6, 0x75, 0x01, 255, 255, 255, 255, 255, 255, 255],
    element([0xe7], time),
    ...blocks.map(({ relativeMs, payload, asGroup }) => {
      const block = concat([[0x81, (relativeMs >> 8) & 255, relativeMs & 255, 0], payload]);
      return asGroup ? element([0xa0], element([0xa1], block)) : element([0xa3], block);
    }),
  ]);
}

export function opusHeadOf(channels: number, preSkip: number): Uint8Array {
  const head = Buffer.from('OpusHead\u0001\0\0\0\u0080\u00bb\0\0\0\0\0', 'latin1');
  head[9] = channels;
  head.writeUInt16LE(preSkip, 10);
  return head;
}

/** A packet of 60 ms that takes about `size` bytes, 8 or more: any bytes are valid sound to a decoder. */
function soundPacket(size: number): Uint8Array {
  const packet = new Uint8Array(2 + 3 * Math.max(1, Math.round((size - 2) / 3)));
  for (let at = 2; at < packet.length; at += 1) packet[at] = (at * 151) & 255;
  packet.set([0xfb, 3]);
  return packet;
}

/** Blocks of 60 ms from `fromMs` on, whose sizes are given. */
export function clusterOf(fromMs: number, sizes: readonly number[]): TestCluster {
  return {
    ms: fromMs,
    blocks: sizes.map((size, index) => ({ relativeMs: index * 60, payload: soundPacket(size) })),
  };
}

function element(id: readonly number[], content: ArrayLike<number>): Uint8Array {
  return concat([id, [0x40 | (content.length >> 8), content.length & 255], content]);
}

export function concat(pieces: readonly ArrayLike<number>[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

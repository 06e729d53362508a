import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { OpusDecoder } from 'opus-decoder';
import { readOggOpus } from './ogg-packets.ts';

/** What speech engines and detectors take. */
export const speechSampleRate = 16_000;
const opusSamplesPerSample = 48_000 / speechSampleRate;
/** Packets (of 20–60 ms) decoded between two yields: about 2 ms of work. */
const packetsPerTurn = 20;
const maxWholeSeconds = 120;

/**
 * Yields the sound of an Ogg/Opus file as mono at 16 kHz, about a second at a time, gapless: without the pre-skip, and no
 * longer than the file says. Lets the event loop turn between two blocks. Throws `RangeError` on what is no Ogg/Opus;
 * a packet that can't be decoded is left out. A block is the caller's.
 */
export async function* decodeOggOpus(ogg: Uint8Array): AsyncGenerator<Float32Array> {
  const { channels, preSkip, lengthSamples, packets } = readOggOpus(ogg);
  if (channels < 1 || channels > 2) throw new RangeError(`can't decode ${channels} channels`);
  const decoder = new OpusDecoder({ sampleRate: speechSampleRate, channels, preSkip: 0 });
  await decoder.ready;
  try {
    let toSkip = Math.round(preSkip / opusSamplesPerSample);
    let left = lengthSamples === null ? Infinity : Math.round(lengthSamples / opusSamplesPerSample);
    for (let at = 0; at < packets.length && left > 0; at += packetsPerTurn) {
      const { channelData } = decoder.decodeFrames(packets.slice(at, at + packetsPerTurn));
      const mono = toMono(channelData);
      const block = mono.subarray(Math.min(toSkip, mono.length), Math.min(mono.length, toSkip + left));
      toSkip = Math.max(0, toSkip - mono.length);
      left -= block.length;
      if (block.length > 0) yield block;
      await yieldToOthers();
    }
  } finally {
    decoder.free();
  }
}

/**
 * The whole of it in one piece: 64 KB a second, two minutes at most. For a worker or a child; the server's main thread
 * streams.
 */
export async function decodeWhole(ogg: Uint8Array): Promise<Float32Array> {
  const blocks: Float32Array[] = [];
  let left = maxWholeSeconds * speechSampleRate;
  for await (const block of decodeOggOpus(ogg)) {
    left -= block.length;
    if (left < 0) throw new RangeError(`longer than ${maxWholeSeconds} s`);
    blocks.push(block);
  }
  const whole = new Float32Array(blocks.reduce((total, block) => total + block.length, 0));
  let at = 0;
  for (const block of blocks) {
    whole.set(block, at);
    at += block.length;
  }
  return whole;
}

export function toPcm16(samples: Float32Array): Buffer {
  const pcm = Buffer.allocUnsafe(samples.length * 2);
  samples.forEach((sample, index) => {
    pcm.writeInt16LE(Math.round(Math.max(-1, Math.min(1, sample)) * 32_767), index * 2);
  });
  return pcm;
}

function toMono([left, right]: Float32Array[]): Float32Array {
  if (!left) return new Float32Array(0);
  if (!right || right === left) return left;
  return left.map((sample, index) => (sample + right[index]!) / 2);
}

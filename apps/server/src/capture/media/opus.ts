/** Opus counts time in samples of 48 kHz whatever was recorded. */
export const samplesPerMs = 48;

/** Bytes at the start of a packet that `readOpusPacket` may look at: its table of contents and the lengths of its frames. */
export const opusPeekBytes = 16;

/** RFC 6716 §3.2.5: no packet lasts longer than 120 ms, nor has more than 48 frames of at most 1275 bytes. */
const maxPacketSamples = 120 * samplesPerMs;
export const maxOpusPacketBytes = 48 * 1277 + 256;

/** What a decoder must know before the first packet (RFC 7845 §5.1), for one or two channels. */
export interface OpusHead {
  channels: number;
  /** Samples that the decoder makes before the sound begins. */
  preSkip: number;
  /** Rate of what was recorded: for information. */
  inputRate: number;
  /** In 1/256 dB. */
  gain: number;
}

export const opusHeadBytes = 19;

/** Null where the bytes are no OpusHead, or one of more than two channels (their packets have another form). */
export function readOpusHead(bytes: Uint8Array): OpusHead | null {
  if (bytes.length < opusHeadBytes || !startsWith(bytes, 'OpusHead')) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const channels = view.getUint8(9);
  if (view.getUint8(8) >> 4 !== 0 || view.getUint8(18) !== 0 || channels < 1 || channels > 2) return null;
  return {
    channels,
    preSkip: view.getUint16(10, true),
    inputRate: view.getUint32(12, true),
    gain: view.getInt16(16, true),
  };
}

export function writeOpusHead({ channels, preSkip, inputRate, gain }: OpusHead): Uint8Array {
  const bytes = new Uint8Array(opusHeadBytes);
  const view = new DataView(bytes.buffer);
  bytes.set(asciiBytes('OpusHead'));
  view.setUint8(8, 1);
  view.setUint8(9, channels);
  view.setUint16(10, preSkip, true);
  view.setUint32(12, inputRate, true);
  view.setInt16(16, gain, true);
  return bytes;
}

interface OpusPacketInfo {
  /** How long it sounds; 0 where it is no valid packet. */
  samples: number;
  /** The encoder's own voice detector on the packet's first frame; null in modes that have none. */
  voiced: boolean | null;
}

/** Reads the first of a packet's `size` bytes; nothing is decoded. */
export function readOpusPacket(bytes: Uint8Array, start: number, size: number): OpusPacketInfo {
  const end = Math.min(bytes.length, start + Math.min(size, opusPeekBytes));
  if (end <= start) return { samples: 0, voiced: null };
  const toc = bytes[start]!;
  const frames = frameCount(toc, size > 1 ? bytes[start + 1]! : 0);
  const samples = frames * frameSamples(toc >> 3);
  if (samples > maxPacketSamples) return { samples: 0, voiced: null };
  return { samples, voiced: toc >> 3 < 16 ? readVoiceFlag(bytes, start, end, frames) : null };
}

function frameCount(toc: number, second: number): number {
  const code = toc & 3;
  if (code === 3) return second & 63;
  return code === 0 ? 1 : 2;
}

/** Configurations 0–11 are SILK (10–60 ms), 12–15 hybrid (10, 20 ms), 16–31 CELT (2.5–20 ms). */
function frameSamples(config: number): number {
  if (config >= 16) return 120 << (config & 3);
  if (config >= 12) return config & 1 ? 960 : 480;
  return [480, 960, 1920, 2880][config & 3]!;
}

/**
 * A SILK frame begins with one bit of voice activity for each 20 ms, coded at even odds, so that they can be read
 * straight from its first byte (RFC 6716 §4.2.3).
 */
function readVoiceFlag(bytes: Uint8Array, start: number, end: number, frames: number): boolean | null {
  const code = bytes[start]! & 3;
  let at = start + 1;
  if (code === 2) at += lengthBytes(bytes, at);
  if (code === 3) {
    const flags = bytes[at] ?? 0;
    at += 1;
    if (flags & 0x40) {
      while (at < end && bytes[at] === 255) at += 1;
      at += 1;
    }
    if (flags & 0x80) {
      for (let frame = 1; frame < frames && at < end; frame += 1) at += lengthBytes(bytes, at);
    }
  }
  if (at >= end) return end - start < opusPeekBytes ? false : null;
  const flagBits = Math.max(1, Math.floor(frameSamples(bytes[start]! >> 3) / 960));
  return bytes[at]! >> (8 - flagBits) !== 0;
}

function lengthBytes(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) < 252 ? 1 : 2;
}

/** A packet of silence, 20 ms to 120 ms long in steps of 20: a known packet, so that nothing need be encoded. */
export function silencePacket(samples: number, channels: number): Uint8Array {
  const frames = samples / silenceStepSamples;
  const packet = new Uint8Array(2 + 2 * frames);
  packet[0] = channels === 2 ? 0xff : 0xfb;
  packet[1] = frames;
  for (let frame = 0; frame < frames; frame += 1) packet.set([0xff, 0xfe], 2 + 2 * frame);
  return packet;
}

export const silenceStepSamples = 960;
export const maxSilencePacketSamples = maxPacketSamples;

export function asciiBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

export function startsWith(bytes: Uint8Array, text: string, at = 0): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (bytes[at + index] !== text.charCodeAt(index)) return false;
  }
  return true;
}

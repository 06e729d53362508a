import { isOpusHead, makeOpusHead, preSkipOf } from './opus-head.ts';

/** A cluster is where a damaged file is found into again. A block's place in it must fit into 15 bits of milliseconds. */
const maxClusterMs = 1_000;
/** A decoder that begins in the middle must be so far ahead to sound right (RFC 7845 §4.6). */
const seekPreRollNs = 80_000_000;
const nsPerOpusSample = 1_000_000_000 / 48_000;

export interface WebmMuxer {
  /**
   * The bytes of one Opus packet and of all that must stand before it: the file's header, a cluster's. `atMs` is where
   * its sound begins in the track; one before the last packet's is taken as that.
   */
  add(packet: Uint8Array<ArrayBuffer>, atMs: number): Uint8Array<ArrayBuffer>[];
}

export interface WebmMuxerOptions {
  channels: number;
  /** What the encoder says a decoder must know. Without an OpusHead in it, one is made that fits libopus. */
  description?: Uint8Array | undefined;
}

/**
 * WebM with one Opus track as it is streamed: no size of segment or cluster is known, nothing is written later, and
 * nothing is held back (RFC 9559).
 */
export function createWebmMuxer({ channels, description }: WebmMuxerOptions): WebmMuxer {
  const head = isOpusHead(description) ? description : makeOpusHead(channels);
  let clusterAtMs: number | null = null;
  let lastMs = 0;
  return {
    add(packet, atMs) {
      const parts: Uint8Array<ArrayBuffer>[] = [];
      lastMs = Math.max(lastMs, Math.round(atMs));
      if (clusterAtMs === null) parts.push(header(head, channels));
      if (clusterAtMs === null || lastMs - clusterAtMs > maxClusterMs) {
        clusterAtMs = lastMs;
        parts.push(Uint8Array.of(...id.cluster, ...unknownSize, ...uint(id.timestamp, lastMs)));
      }
      const relativeMs = lastMs - clusterAtMs;
      // Track 1 and the flag that says that the packet needs no other.
      const about = [0x81, relativeMs >> 8, relativeMs & 0xff, 0x80];
      parts.push(Uint8Array.of(...id.simpleBlock, ...size(about.length + packet.length), ...about), packet);
      return parts;
    },
  };
}

const id = {
  ebml: [0x1a, 0x45, 0xdf, 0xa3],
  ebmlMaxIdLength: [0x42, 0xf2],
  ebmlMaxSizeLength: [0x42, 0xf3],
  docType: [0x42, 0x82],
  docTypeVersion: [0x42, 0x87],
  docTypeReadVersion: [0x42, 0x85],
  segment: [0x18, 0x53, 0x80, 0x67],
  info: [0x15, 0x49, 0xa9, 0x66],
  timestampScale: [0x2a, 0xd7, 0xb1],
  muxingApp: [0x4d, 0x80],
  writingApp: [0x57, 0x41],
  tracks: [0x16, 0x54, 0xae, 0x6b],
  trackEntry: [0xae],
  trackNumber: [0xd7],
  trackUid: [0x73, 0xc5],
  trackType: [0x83],
  codecId: [0x86],
  codecPrivate: [0x63, 0xa2],
  codecDelay: [0x56, 0xaa],
  seekPreRoll: [0x56, 0xbb],
  audio: [0xe1],
  samplingFrequency: [0xb5],
  channels: [0x9f],
  cluster: [0x1f, 0x43, 0xb6, 0x75],
  timestamp: [0xe7],
  simpleBlock: [0xa3],
} as const;

const unknownSize = [0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];

/** 48 000 as a float of 32 bits. */
const rate48k = [0x47, 0x3b, 0x80, 0x00];

function header(head: Uint8Array, channels: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(
    ...element(id.ebml, [
      ...uint(id.ebmlMaxIdLength, 4),
      ...uint(id.ebmlMaxSizeLength, 8),
      ...text(id.docType, 'webm'),
      ...uint(id.docTypeVersion, 4),
      ...uint(id.docTypeReadVersion, 2),
    ]),
    ...id.segment,
    ...unknownSize,
    ...element(id.info, [
      ...uint(id.timestampScale, 1_000_000),
      ...text(id.muxingApp, 'Hansard'),
      ...text(id.writingApp, 'Hansard'),
    ]),
    ...element(
      id.tracks,
      element(id.trackEntry, [
        ...uint(id.trackNumber, 1),
        ...uint(id.trackUid, 1),
        ...uint(id.trackType, 2),
        ...text(id.codecId, 'A_OPUS'),
        ...element(id.codecPrivate, [...head]),
        ...uint(id.codecDelay, Math.round(preSkipOf(head) * nsPerOpusSample)),
        ...uint(id.seekPreRoll, seekPreRollNs),
        ...element(id.audio, [...element(id.samplingFrequency, rate48k), ...uint(id.channels, channels)]),
      ]),
    ),
  );
}

type Bytes = readonly number[];

function element(name: Bytes, content: Bytes): number[] {
  return [...name, ...size(content.length), ...content];
}

function text(name: Bytes, ascii: string): number[] {
  return element(
    name,
    Array.from(ascii, (letter) => letter.charCodeAt(0)),
  );
}

/** Big-endian, in as few bytes as it takes. */
function uint(name: Bytes, value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; rest > 0 || bytes.length === 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return element(name, bytes);
}

/** A length in 1 to 4 bytes, the first of which says how many; all ones mean "unknown". */
function size(length: number): number[] {
  if (length < 0x7f) return [0x80 | length];
  if (length < 0x3fff) return [0x40 | (length >> 8), length & 0xff];
  if (length < 0x1f_ffff) return [0x20 | (length >> 16), (length >> 8) & 0xff, length & 0xff];
  return [0x10 | (length >> 24), (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff];
}

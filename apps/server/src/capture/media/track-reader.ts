import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { AppError } from '../../errors.ts';
import type { CutChunk } from './chunk.ts';
import { createCutter, initialCutterState, type CutterOptions, type CutterState } from './cutter.ts';
import { createDemuxer, initialDemuxerState, type DemuxerState } from './demuxer.ts';
import { samplesPerMs } from './opus.ts';
import type { ByteRange, Packet } from './packet.ts';

export interface TrackReaderOptions extends CutterOptions {
  mimeType: string;
  /** What `snapshot` gave, to go on from there. */
  state?: Uint8Array | undefined;
  onDamage?: (range: ByteRange) => void;
}

/** Finds the chunks of one track in its durable bytes. Holds a few KB, none of it sound. */
export interface TrackReader {
  /** The next byte wanted. After a restart, bytes are given from here on. */
  readonly offset: number;
  /** Milliseconds of the track's time up to the last packet that is whole. */
  readonly durableMs: number;
  /** Why the bytes are no Opus that can be read (`UNSUPPORTED_MEDIA`): no chunk comes any more. */
  readonly refused: AppError | null;
  /**
   * The chunks that these bytes complete. `offset` is that of the first byte in the track. Bytes seen before are trimmed
   * off; throws `HOLE` where some between are missing, and nothing else, whatever the bytes are.
   */
  push(bytes: Uint8Array, offset: number): CutChunk[];
  /** The bytes from where the last ones ended up to `end` will never come: what is before them is a chunk. */
  lose(end: number): CutChunk[];
  /** The rest is a chunk, as there seem to be no more bytes; if some do come, they begin another. */
  finish(): CutChunk[];
  /** Under 1 KB. A reader made from it, given the bytes from its `offset` on, finds the very same chunks. */
  snapshot(): Uint8Array;
}

interface Saved {
  version: 1;
  demuxer: DemuxerState;
  cutter: CutterState;
  endSample: number;
}

/** Throws `UNSUPPORTED_MEDIA` for a MIME type that is not WebM or Ogg with Opus. */
export function createTrackReader({ mimeType, state, onDamage, ...cutting }: TrackReaderOptions): TrackReader {
  const saved = state ? restore(state) : begin(mimeType);
  const demuxer = createDemuxer(saved.demuxer, onDamage ? { onDamage } : {});
  const cutter = createCutter(saved.cutter, cutting);
  const { container } = saved.demuxer.parser;
  const framing = () => ({ container, stream: demuxer.stream ?? 0, head: demuxer.head! });
  const cut = (packets: readonly Packet[]): CutChunk[] => {
    const last = packets.at(-1);
    if (!last) return [];
    saved.endSample = last.timeSample + last.samples - last.discardSamples;
    const track = framing();
    const chunks: CutChunk[] = [];
    for (const packet of packets) chunks.push(...cutter.add(packet, track));
    return chunks;
  };
  return {
    get offset() {
      return demuxer.offset;
    },
    get durableMs() {
      return Math.max(0, Math.round((saved.endSample - (demuxer.head?.preSkip ?? 0)) / samplesPerMs));
    },
    get refused() {
      return demuxer.refused;
    },
    push: (bytes, offset) => cut(demuxer.push(bytes, offset)),
    lose(end) {
      const chunks = cut(demuxer.lose(end));
      if (demuxer.head) chunks.push(...cutter.finish(framing()));
      cutter.forget();
      return chunks;
    },
    finish() {
      const chunks = cut(demuxer.finish());
      return demuxer.head ? [...chunks, ...cutter.finish(framing())] : chunks;
    },
    snapshot: () => deflateRawSync(JSON.stringify(saved), smallWindow),
  };
}

/** For 2 KB of JSON. Deflate then takes 12 KB of memory for as long as it runs, not 260. */
const smallWindow = { windowBits: 11, memLevel: 3 };
/** No snapshot of ours is longer when inflated. */
const maxSavedBytes = 8192;

function begin(mimeType: string): Saved {
  return { version: 1, demuxer: initialDemuxerState(mimeType), cutter: initialCutterState(), endSample: 0 };
}

function restore(bytes: Uint8Array): Saved {
  try {
    const saved = JSON.parse(inflateRawSync(bytes, { maxOutputLength: maxSavedBytes }).toString()) as Saved;
    if (saved.version === 1) return saved;
    throw new Error(`version ${String(saved.version)}`);
  } catch (cause) {
    throw new AppError('INTERNAL', 'The saved state of a track cannot be read.', { cause });
  }
}

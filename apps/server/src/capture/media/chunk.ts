import type { OpusHead } from './opus.ts';

/** All that the Ogg writer needs to begin in the middle of a track. Small, for JSON; made by the cutter only. */
export interface ChunkFraming {
  container: 'webm' | 'ogg';
  /** The track's number (WebM) or serial (Ogg). */
  stream: number;
  head: OpusHead;
  /** Packets to leave out at the start of the first block. */
  firstIndex: number;
  /** Packets in the range from there on, the pre-roll included. */
  packets: number;
  /** Samples that a decoder throws away first: the pre-roll, or the recorder's own pre-skip. */
  preSkip: number;
  /** Exact length of what is then heard, of 48 kHz. */
  samples: number;
}

/** A piece of a track. Its times are milliseconds of the track's time, rounded: one begins where the last one ended. */
export interface CutChunk {
  /** Of the pre-roll: at least 80 ms before `startMs`, from which a decoder is in step at `startMs`. */
  byteStart: number;
  byteEnd: number;
  /** After the end of the chunk before it only where the track's clock jumped: between them nothing was recorded. */
  startMs: number;
  endMs: number;
  framing: ChunkFraming;
  hints: ChunkHints;
}

/** What packet sizes tell of a chunk at no cost. */
export interface ChunkHints {
  meanPacketBytes: number;
  /** Share of its time, 0 to 1, in which nobody seemed to speak. */
  quietShare: number;
}

import { limits } from '@hansard/protocol';

/** The bounds of uploading, with their defaults. */
export interface UploadSettings {
  /** Bytes of one slice. */
  maxSliceBytes: number;
  /** Bytes that all tracks together may have sent without an answer: with the recorder's own, under 1 MiB in memory. */
  maxBytesOnTheWay: number;
  /** Bytes that one track may have sent without an answer. */
  maxTrackBytesOnTheWay: number;
  maxSlicesInFlight: number;
  /** A connection on which nothing is answered for so long is dropped and made anew. */
  answerTimeoutMs: number;
  /** However slow answers are, so much audio waits for being sent at most. */
  maxCoalescedMs: number;
  /** The spool is trimmed each time so many bytes became durable, and at the end. */
  trimBytes: number;
  /** Tracks open at once; further ones wait. */
  maxOpenTracks: number;
}

export const defaultUploadSettings: UploadSettings = {
  maxSliceBytes: 64 * 1024,
  maxBytesOnTheWay: 512 * 1024,
  maxTrackBytesOnTheWay: 256 * 1024,
  maxSlicesInFlight: limits.maxSlicesInFlight,
  answerTimeoutMs: 15_000,
  maxCoalescedMs: 5_000,
  trimBytes: 16 * 1024,
  maxOpenTracks: limits.maxTracksPerSocket,
};

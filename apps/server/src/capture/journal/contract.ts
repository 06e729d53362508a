import type { JournalIo } from './io.ts';

/**
 * One append-only log for all live tracks. What `append` has resolved for survives power loss and can be read back until
 * it is released. Appends of one track are given in order, each beginning where the last one ended. `SPEC.md` has the rules.
 */
export interface Journal {
  /**
   * Resolves once the bytes, and all bytes of the track before them, are on disk. Their memory may be used again by the
   * caller once it has settled, not before. Rejects with `BUSY` (too many bytes in flight), `STORAGE_FULL`, `STORAGE_FAILED` or, while it closes,
   * `DRAINING`; the bytes, and later ones of the track that were already given, are then not in the journal, and
   * `extent(trackId)` says what is. Bytes that do not begin where the last append ended are refused: `HOLE` where they
   * begin after it, `CONFLICT` before it. None, or more than `maxAppendBytes`, are `BAD_REQUEST` or `TOO_LARGE`.
   */
  append(trackId: string, offset: number, bytes: Uint8Array): Promise<void>;
  /**
   * Durable bytes [start, end) of a track; only what has not been released. Rejects with `NOT_FOUND` outside it, with
   * `TOO_LARGE` above `maxReadBytes`, and with `STORAGE_FAILED` where the disk gives other bytes than were written. They are
   * put at the beginning of `into`, where that is given: it must be as long at least, and is not touched any more afterwards.
   */
  read(trackId: string, start: number, end: number, into?: Uint8Array): Promise<Uint8Array>;
  /**
   * What of bytes [start, end) of a track can't be read as it was written, in order: what the disk has changed, and what is
   * missing before bytes that are here. Rejects with `STORAGE_FAILED` where the disk refuses to be read, which need not
   * last, and names nothing then.
   */
  damage(trackId: string, start: number, end: number): Promise<ByteRange[]>;
  /** First unreleased and end of the durable bytes; null where it has none of the track. */
  extent(trackId: string): { start: number; end: number } | null;
  /**
   * Bytes of the track before `upTo` are safe elsewhere. Their space is reused once a whole file is so. A release is not
   * written down: what was released shortly before a crash may be back after it, and is to be released again.
   */
  release(trackId: string, upTo: number): void;
  /** Tracks that have bytes here: after a start, what must be taken up again. */
  tracks(): Iterable<string>;
  stats(): JournalStats;
  /** Syncs what is under way and lets go of the files. */
  close(): Promise<void>;
}

/** Bytes [start, end) of a track. */
export interface ByteRange {
  start: number;
  end: number;
}

export interface JournalStats {
  /** Appended, not yet answered; each record counted with its header. */
  bytesInFlight: number;
  maxBytesInFlight: number;
  files: number;
  fileBytes: number;
  /** Bytes of audio answered as durable since the start. */
  appendedBytes: number;
  /** Bytes written for them: headers and padding too. */
  writtenBytes: number;
  commits: number;
  /** Bytes of memory that the index of records takes. */
  indexBytes: number;
}

/** What pino's logger is, as far as the journal needs it. */
export interface JournalLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface JournalOptions {
  /** Made where there is none. One process at a time. */
  dir: string;
  log: JournalLog;
  /** Size of one file: what is preallocated, synced and recycled at once. */
  maxFileBytes?: number;
  /** Of all files, spare ones included. At it, appends are `STORAGE_FULL`. */
  maxTotalBytes?: number;
  /** Of appends that are not answered yet. At it, appends are `BUSY`. */
  maxInFlightBytes?: number;
  /** Small commits begin so far apart, that appends which come one after the other share them; 0 for at once. */
  commitEveryMs?: number;
  /** The disk; another one in tests and benchmarks. */
  io?: JournalIo;
}

/** One append, one record. */
export const maxAppendBytes = 1 << 20;
export const maxReadBytes = 32 << 20;

/**
 * One append-only log for all live tracks. What `append` has resolved for survives power loss and can be read back until
 * it is released. Appends of one track are given in order, each beginning where the last one ended.
 */
export interface Journal {
  /**
   * Resolves once the bytes, and all bytes of the track before them, are on disk. The bytes may be reused by the caller
   * only then. Rejects with `BUSY` (too many bytes in flight), `STORAGE_FULL` or `STORAGE_FAILED`; the bytes, and later
   * ones of the track that were already given, are then not in the journal, and `end(trackId)` says what is.
   */
  append(trackId: string, offset: number, bytes: Uint8Array): Promise<void>;
  /** Durable bytes [start, end) of a track; only what has not been released. Rejects with `NOT_FOUND` outside it. */
  read(trackId: string, start: number, end: number): Promise<Uint8Array>;
  /** First unreleased and end of the durable bytes; null where it has none of the track. */
  extent(trackId: string): { start: number; end: number } | null;
  /** Bytes of the track before `upTo` are safe elsewhere. Their space is reused once a whole file is so. */
  release(trackId: string, upTo: number): void;
  /** Tracks that have bytes here: after a start, what must be taken up again. */
  tracks(): Iterable<string>;
  stats(): JournalStats;
  /** Syncs what is under way and lets go of the files. */
  close(): Promise<void>;
}

export interface JournalStats {
  bytesInFlight: number;
  maxBytesInFlight: number;
  files: number;
  fileBytes: number;
  appendedBytes: number;
  commits: number;
  /** Bytes of memory that the index of records takes. */
  indexBytes: number;
}

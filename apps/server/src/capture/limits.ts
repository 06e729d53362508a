/** Bounds of capture that a client need not know to be correct. */
export const captureLimits = {
  /** A day's backlog at 32 kbit/s arrives in under two minutes at this rate. */
  maxBytesPerSecond: 4 * 1024 * 1024,
  maxSlicesPerSecond: 500,
  /** Share of the journal's bytes in flight at which clients are told to slow down and sockets are read no further. */
  slowDownShare: 0.5,
  speedUpShare: 0.2,
  /** What a slice that waits for the disk takes beside its bytes, at the most: the header and padding of its record. */
  sliceOverheadBytes: 256,
  /** No recorder has captured more; what says so is held to it. */
  maxCapturedMs: 31 * 24 * 3600 * 1000,
  /** How much audio a slice should hold while the server is short of room. */
  slowSliceMs: 2000,
  pressureCheckMs: 250,
  /** A track without a connection for so long is cut where it is, so that its last words become text. */
  disconnectedCutMs: 10_000,
  /** …and for so long, leaves memory; its next open brings it back from its row. */
  disconnectedUnloadMs: 60_000,
  sweepEveryMs: 2000,
  /** Tracks looked at by the sweep before the event loop gets its turn. */
  tracksPerTurn: 50,
  /** Chunk rows are gathered for so long and written in one transaction. */
  chunkBatchMs: 100,
  chunkRetryMs: 1000,
  /** Chunk rows kept while the database can't be written; at it, slices are refused: what is cut is never thrown away. */
  maxUnwrittenChunks: 20_000,
  /** A track whose part could not be stored is tried again after so long. */
  partRetryMs: 10_000,
  /** Parts written at once, and tracks at once whose parts are written or wait for their rows to be committed together. */
  partWriters: 2,
  tracksStoredAtOnce: 16,
  /** Bytes read at once when a track is copied or played. */
  pieceBytes: 256 * 1024,
  /** Memory that slices and chunks are in for a moment: room for most chunks, 15 s at the usual rate; as many as are with an engine at once. */
  buffers: { bufferBytes: 64 * 1024, maxKept: 64 },
  /** Rows read at once when tracks are taken up after a start. */
  recoveryPage: 500,
  /** Tracks of meetings that ended no longer ago are looked at after a start for a rest that was stored and never cut. */
  recoverEndedMs: 7 * 24 * 3600 * 1000,
  /** A playback file of a track that still grows serves for so long before a longer one is made. */
  playbackFreshMs: 30_000,
  /** Growing tracks whose newest playback file is remembered. */
  maxGrowingPlaybacks: 200,
  /** Values of `startedAtMs` below are milliseconds from the meeting's start, above since 1970. */
  firstEpochMs: 1e11,
  /** A new track that began no later than so long after the end still belongs to the meeting. */
  endedToleranceMs: 2000,
} as const;

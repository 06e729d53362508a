/** Bounds of documents that a client need not know. */
export const documentLimits = {
  /** Passages of all documents of a meeting. */
  maxPassagesPerMeeting: 1000,
  /** Between two events of progress of one document. */
  progressEveryMs: 250,
  /** Documents that wait for their vectors at once: each holds its own, 1.5 MB at most. */
  maxEmbeddedAtOnce: 2,
  /** Bytes of an original that are in memory at once. */
  readBytes: 256 * 1024,
  /** An upload that takes longer is cut off. */
  uploadMs: 600_000,
  /** What is read on of a request that was refused, so that its sender hears why; beyond, it is cut off. */
  maxDiscardedBytes: 64 * 2 ** 20,
  /** Tries to put a document into a room for which there is no memory now. */
  maxRoomTries: 10,
  roomWaitMs: 2000,
  maxRoomWaitMs: 30_000,
  /** After an error that nobody foresaw, before the next document. */
  restAfterErrorMs: 5000,
  /** How often documents without vectors, and rooms with another model's, are looked for. */
  reEmbedEveryMs: 600_000,
  /** While documents are taken in or the model rests, the background waits. */
  reEmbedPauseMs: 1000,
  /** Rows read or written in one query. */
  rowBatch: 100,
} as const;

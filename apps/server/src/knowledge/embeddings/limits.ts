export const embeddingLimits = {
  /** First try included. */
  maxTries: 5,
  /** Before the second try, where the provider does not say; doubled before each further one. */
  firstWaitMs: 1000,
  /** Longer than this no document waits for a model: it is found by its words until there are vectors. */
  maxWaitMs: 60_000,
  /** A model that is out of reach for good is left alone for so long, where it does not say for how long itself. */
  restMs: 120_000,
  maxRestMs: 24 * 3600_000,
  /** Requests that may be made at once after a rest, as a share of a minute's. */
  burstShare: 0.1,
  /** Nobody waits longer for the vector of a question. */
  questionDeadlineMs: 2500,
  /** After a question that got none in time, others are not asked for so long. */
  questionRestMs: 10_000,
  /** Texts looked up in one query. */
  lookUpBatch: 200,
  /** A vector's use is written down when the last that was is so long ago. */
  useGrainMs: 24 * 3600_000,
  /** Of a full cache, so much stays when the oldest go. */
  keptShare: 0.95,
  /** Rows removed between two turns of the event loop. */
  trimBatch: 500,
  /** What a cached vector takes beside its numbers: its key, its place in two indexes, the page's slack. */
  bytesPerRow: 500,
} as const;

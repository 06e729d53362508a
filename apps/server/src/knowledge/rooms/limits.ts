/** What rooms may take, and how long they wait. */
export const roomsLimits = {
  /** Rooms in memory; those of the smallest size would fit more often than their bookkeeping is worth. */
  maxResident: 50_000,
  /** Of a transcript in a room: about 18 hours of talk. The newest stay. */
  maxTranscriptPassages: 2000,
  transcriptPassageBytes: 500,
  /** Pieces of a passage that questions in between have cut off; more of them are put together again. */
  maxShortPassages: 16,
  /** Passages that a crash makes the next activation read again; below what the index holds beside its file. */
  maxUnsavedPassages: 32,
  /** How long a question waits for vectors of what was just said; after that it is found by its words alone. */
  transcriptEmbedMs: 400,
  /** How long an activation waits for vectors of a room that has to be made anew; they are in the cache as a rule. */
  rebuildEmbedMs: 2000,
  /** After a failure of the model, nothing waits for it for so long. */
  embedRetryMs: 30_000,
  /** From enough new lines to their being indexed, where nobody asks before. */
  transcriptDebounceMs: 2000,
  retryAfterMs: 5000,
};

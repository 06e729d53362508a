/** Bounds of meetings that a client need not know to be correct. */
export const meetingLimits = {
  /** Names a meeting lists; more speak, and are on their lines only. */
  maxPeople: 200,
  maxFailuresInDetail: 500,
  /** Words of a search that count. */
  maxQueryWords: 8,
  /** Lines shown below a meeting that was found. */
  maxHitsPerMeeting: 3,
  /** Characters of a line that is shown for a search. */
  maxHitLength: 200,
  /** Reads of the full-text index one page of a search may take; then it ends early, with a cursor to go on from. */
  maxSearchReads: 48,
  /** Entries of the full-text index in the first read of a word, and in later ones. */
  firstSearchBatch: 64,
  maxSearchBatch: 512,
  /** Rows removed between two turns of the event loop while a meeting is deleted. */
  deleteBatch: 500,
} as const;

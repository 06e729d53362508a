/** Bounds of meetings that a client need not know to be correct. */
export const meetingLimits = {
  /** Names a meeting lists; more speak, and are on their lines only. */
  maxPeople: 200,
  maxFailuresInDetail: 500,
  /** Meetings that change within so long are refreshed in one transaction; the first one at once. */
  refreshEveryMs: 100,
  /** Words of a search that count. */
  maxQueryWords: 8,
  /** Lines shown below a meeting that was found. */
  maxHitsPerMeeting: 3,
  /** Characters of a line that is shown for a search. */
  maxHitLength: 200,
  /**
   * What one page of a search may take of the full-text index; then it ends early, with a cursor to go on from. Time
   * too, since a read costs as much as the frequent word that it skips through.
   */
  maxSearchReads: 48,
  maxSearchMs: 10,
  /** Reads of each word that are made whatever the time: enough to come further down than the cursor. */
  minReadsPerWord: 2,
  /** Entries of the full-text index in the first read of a word, and in later ones. */
  firstSearchBatch: 256,
  maxSearchBatch: 512,
  /** Rows removed between two turns of the event loop while a meeting is deleted. */
  deleteBatch: 500,
} as const;

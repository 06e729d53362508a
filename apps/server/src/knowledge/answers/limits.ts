/** What one question may take. */
export const answerLimits = {
  /** Passages that an answer is made from: about 6 KB. */
  maxSources: 12,
  /** Found beyond what is wanted, of which passages from other places of a meeting may come first. */
  extraHits: 20,
  /** Of a passage that the model is given. */
  maxSourceLength: 2000,
  /** Lines of the transcript that are read for one passage. */
  maxLinesPerSource: 60,
  /** Of what a model writes; the rest is not waited for. */
  maxAnswerLength: 6000,
  maxQuoteLength: 400,
  /** Quotes in an answer without a model. */
  maxQuotes: 3,
  /** Meetings whose rooms are searched for a question to all. */
  maxMeetings: 8,
  /** Passages of one meeting for a question to all. */
  maxSourcesPerMeeting: 6,
  /** Words of a question by which meetings are looked for: the rarest. */
  maxWords: 12,
  /** A word that is in more rows tells no meeting from another; rows looked at for one word. */
  maxRowsPerWord: 2000,
  /** Rows ranked to find the meetings, in each of the two indexes. */
  maxRowsMatched: 20_000,
  /** Rows of a meeting by which it is ranked among the others: a long meeting is not better for its length. */
  rowsThatCount: 5,
  /** Between signs of life in a stream, for proxies that close what is silent. */
  heartbeatMs: 15_000,
} as const;

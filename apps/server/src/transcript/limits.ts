/** Bounds of transcripts that a client need not know to be correct. */
export const transcriptLimits = {
  /** Speakers of one meeting that may have been given other names. */
  maxSpeakerNames: 500,
  /** Lines read at once where a whole transcript is gone through. */
  readPage: 500,
  /** Bytes of one post of captions: its lines at their longest, in a script of three bytes a character. */
  maxCaptionPostBytes: 16 * 1024 * 1024,
} as const;

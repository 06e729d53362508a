/** Every bound that a client can meet. A bound that only the server knows lives in its `config.ts`. */
export const limits = {
  /** Bytes of one `track:slice`. A client that has more splits it. */
  maxSliceBytes: 256 * 1024,
  /** Bytes of one track: 32 kbit/s for 24 hours and as much again. */
  maxTrackBytes: 1024 * 1024 * 1024,
  /** Slices a client may have sent without an answer, for one track. */
  maxSlicesInFlight: 32,
  /** Bytes a client may have sent without an answer, for one track. */
  maxUnansweredBytes: 1024 * 1024,
  /** Tracks one socket may have open. */
  maxTracksPerSocket: 16,
  /** Meetings one socket may watch. */
  maxMeetingsPerSocket: 16,
  /** Tracks one meeting may have, continuing ones included. */
  maxTracksPerMeeting: 256,
  maxTitleLength: 300,
  maxNameLength: 120,
  maxIdLength: 64,
  maxMimeTypeLength: 100,
  maxSegmentTextLength: 10_000,
  maxSegmentsPerPost: 500,
  maxSegmentsPerPage: 500,
  defaultSegmentsPerPage: 200,
  maxMeetingsPerPage: 200,
  defaultMeetingsPerPage: 50,
  maxQueryLength: 200,
  maxTemplateNameLength: 60,
  /** Documents one meeting may have. */
  maxDocumentsPerMeeting: 50,
  maxDocumentNameLength: 255,
  maxQuestionLength: 1000,
  maxPassagesPerAnswer: 50,
} as const;

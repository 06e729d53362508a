import { z } from 'zod';

/** What each code means to a program: the HTTP status it has, and whether the same call may succeed later. */
export const errorCodes = {
  BAD_REQUEST: { statusCode: 400, retryable: false },
  FORBIDDEN: { statusCode: 403, retryable: false },
  NOT_FOUND: { statusCode: 404, retryable: false },
  CONFLICT: { statusCode: 409, retryable: false },
  /** The slice begins after the end of what the server has; `durable` says where to go on from. */
  HOLE: { statusCode: 409, retryable: true },
  /** Another connection took this track over; this one must stop sending it. */
  TRACK_TAKEN: { statusCode: 409, retryable: false },
  /** The track was closed at this length; no more bytes are taken. */
  TRACK_CLOSED: { statusCode: 409, retryable: false },
  /** The track is not open on this connection: send `track:open` first. */
  TRACK_NOT_OPEN: { statusCode: 409, retryable: true },
  MEETING_ENDED: { statusCode: 409, retryable: false },
  TOO_LARGE: { statusCode: 413, retryable: false },
  UNSUPPORTED_MEDIA: { statusCode: 415, retryable: false },
  /** The file is of a known kind and can't be read: damaged, encrypted, empty, or made to harm. */
  UNREADABLE: { statusCode: 422, retryable: false },
  RANGE_NOT_SATISFIABLE: { statusCode: 416, retryable: false },
  TOO_MANY: { statusCode: 429, retryable: true },
  INTERNAL: { statusCode: 500, retryable: true },
  /** A provider (speech or language model) failed. */
  ENGINE_FAILED: { statusCode: 502, retryable: true },
  /** No engine is configured or found for what was asked. */
  NO_ENGINE: { statusCode: 503, retryable: true },
  /** Memory is short and this can wait; `retryAfterMs` says how long. What is being recorded goes on. */
  MEMORY_PRESSURE: { statusCode: 503, retryable: true },
  /** As many meetings are live as the server can hold; `position` is the place in the line. Keep the spool and ask again. */
  MEETINGS_FULL: { statusCode: 503, retryable: true },
  /** The rooms that are in use take all the memory there is for rooms; `retryAfterMs` says when to ask again. */
  ROOMS_FULL: { statusCode: 503, retryable: true },
  BUSY: { statusCode: 503, retryable: true },
  DRAINING: { statusCode: 503, retryable: true },
  /** The journal's disk could not be written; what was not acknowledged must be sent again. */
  STORAGE_FAILED: { statusCode: 503, retryable: true },
  /** The disk is full; keep the spool and go on when there is room. */
  STORAGE_FULL: { statusCode: 507, retryable: true },
} as const satisfies Record<string, { statusCode: number; retryable: boolean }>;

export type ErrorCode = keyof typeof errorCodes;

export const errorCode = z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]);

export const wireError = z.object({
  code: errorCode,
  message: z.string(),
  retryable: z.boolean(),
  /** With `HOLE`: the offset to go on from. */
  durable: z.number().int().nonnegative().optional(),
  /** Wait at least so long before the next try. */
  retryAfterMs: z.number().int().nonnegative().optional(),
  /** With `MEETINGS_FULL`: 1 is next. */
  position: z.number().int().positive().optional(),
});
export type WireError = z.infer<typeof wireError>;

/** The body of every failed HTTP answer, and the acknowledgement of every failed socket call. */
export const errorBody = z.object({ error: wireError });
export type ErrorBody = z.infer<typeof errorBody>;

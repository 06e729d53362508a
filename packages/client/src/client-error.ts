/** What can go wrong on this side of the wire. */
export type ClientErrorCode =
  /** Nothing more fits into the spool; the bytes that were given are not in it. */
  | 'SPOOL_FULL'
  /** The spool's storage failed. */
  | 'SPOOL_FAILED'
  /** The spool knows no such track. */
  | 'UNKNOWN_TRACK'
  /** The server asks for bytes that the spool let go of, because the server had said that they were durable. */
  | 'LOST'
  /** Another tab of this browser records or uploads this track. */
  | 'TRACK_IN_USE'
  /** The server refused the track for good; `cause` holds its error. */
  | 'REFUSED'
  /** The uploader was closed before all was saved; the spool keeps what was not. */
  | 'CLOSED'
  | 'UNSUPPORTED_BROWSER'
  | 'PERMISSION_DENIED'
  | 'NO_DEVICE'
  | 'DEVICE_BUSY'
  /** What was shared has no sound. */
  | 'NO_SOUND_SHARED'
  /** The person closed the browser's picker. */
  | 'CANCELLED'
  | 'RECORDER_FAILED';

/** The one error of the SDK, besides what a server answers. Match on `code`; the message is fit to be shown. */
export class ClientError extends Error {
  readonly code: ClientErrorCode;

  constructor(code: ClientErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ClientError';
    this.code = code;
  }
}

import type { ErrorCode } from '@hansard/protocol';

/** A call that the server refused, or that did not reach it (`UNREACHABLE`). */
export class ApiError extends Error {
  readonly code: ErrorCode | 'UNREACHABLE';
  /** The HTTP status; 0 where there was no answer. */
  readonly statusCode: number;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(
    code: ErrorCode | 'UNREACHABLE',
    message: string,
    { statusCode, retryable, retryAfterMs, cause }: ApiErrorDetail,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ApiError';
    this.code = code;
    this.statusCode = statusCode;
    this.retryable = retryable;
    this.retryAfterMs = retryAfterMs;
  }
}

interface ApiErrorDetail {
  statusCode: number;
  retryable: boolean;
  retryAfterMs?: number | undefined;
  cause?: unknown;
}

import type { MemoryPressureError } from '@hansard/headroom';
import { errorCodes, type ErrorBody, type ErrorCode } from '@hansard/protocol';

interface AppErrorOptions {
  cause?: unknown;
  /** With `HOLE`: the offset to go on from. */
  durable?: number;
  retryAfterMs?: number;
  /** With `MEETINGS_FULL`: 1 is next. */
  position?: number;
}

/** The one error that services throw. Match on `code`, never on the text. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly statusCode: number;
  readonly retryable: boolean;
  readonly durable: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly position: number | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.statusCode = errorCodes[code].statusCode;
    this.retryable = errorCodes[code].retryable;
    this.durable = options.durable;
    this.retryAfterMs = options.retryAfterMs;
    this.position = options.position;
  }
}

/** The error of a disk as the one that services throw: full, or failed. */
export function toStorageError(error: unknown, message: string): AppError {
  if (error instanceof AppError) return error;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const full = code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG';
  return new AppError(full ? 'STORAGE_FULL' : 'STORAGE_FAILED', message, { cause: error });
}

/** A refusal for lack of memory, in the words of the protocol; null for any other error. */
export function fromMemoryPressure(error: unknown): AppError | null {
  if (!(error instanceof Error) || error.name !== 'MemoryPressureError') return null;
  const { code, message, retryAfterMs } = error as MemoryPressureError;
  return new AppError(code === 'BUSY' ? 'TOO_MANY' : code, message, { retryAfterMs });
}

/** What a client may see of an error: the detail of an unexpected one stays in the log. */
export function toErrorBody(error: unknown): ErrorBody {
  const known = error instanceof AppError ? error : fromMemoryPressure(error);
  if (!known) {
    return {
      error: {
        code: 'INTERNAL',
        message: 'Something went wrong in the server; its log has the detail.',
        retryable: true,
      },
    };
  }
  const { code, message, retryable, durable, retryAfterMs, position } = known;
  return {
    error: {
      code,
      message,
      retryable,
      ...(durable !== undefined && { durable }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(position !== undefined && { position }),
    },
  };
}

import { ApiError, ClientError, createApi } from '@hansard/client';
import { strings } from '../strings.ts';

/** The page's own server. */
export const api = createApi();

export function isRetryable(error: unknown): boolean {
  return error instanceof ApiError && error.retryable;
}

/** What to tell a person about something that failed. The SDK's own errors are written to be shown. */
export function explain(error: unknown): string {
  if (error instanceof ClientError) return error.message;
  if (!(error instanceof ApiError)) return strings.errors.unexpected;
  if (error.code === 'UNREACHABLE') return strings.errors.unreachable;
  return strings.errors.codes[error.code] ?? error.message;
}

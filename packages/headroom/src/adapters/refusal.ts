import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';

/** What an answer needs of a `MemoryPressureError`; recognised by these, so that two copies of the package get along. */
interface Refusal {
  readonly statusCode: number;
  readonly code: string;
  readonly message: string;
  readonly retryAfterMs: number;
}

export const isRefusal = (error: unknown): error is Refusal =>
  error instanceof Error && 'retryAfterMs' in error && 'statusCode' in error;

/** A body up to this is let pass by, and the connection stays; a larger one isn't read, and the connection ends. */
const maxUnreadBytes = 64 * 1024;

/** Headers of a refusal; `retry-after` is in seconds. */
export function refusalHeaders({ retryAfterMs }: Refusal, request: IncomingMessage): Record<string, string> {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
  const isLarge = encoding !== undefined || Number(length) > maxUnreadBytes;
  return {
    'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1000))),
    // HTTP/2 has no such header, and ends a stream by itself.
    ...(isLarge && request.httpVersionMajor < 2 && { connection: 'close' }),
  };
}

/** Answers 503 or 429 with `{statusCode, code, error, message}`, which is also what Fastify makes of an error. */
export function answerRefusal(error: Refusal, request: IncomingMessage, response: ServerResponse): void {
  const { statusCode, code, message } = error;
  response.writeHead(statusCode, {
    ...refusalHeaders(error, request),
    'content-type': 'application/json; charset=utf-8',
  });
  response.end(JSON.stringify({ statusCode, code, error: STATUS_CODES[statusCode], message }));
}

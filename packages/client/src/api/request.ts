import { apiPrefix, type ErrorBody } from '@hansard/protocol';
import { ApiError } from './api-error.ts';
import { readEvents, type ServerSentEvent } from './event-stream.ts';
import type { replySchemas } from './reply-schemas.ts';

export interface CallOptions {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  query?: Record<string, string | number | undefined>;
  /** Sent as JSON; a `Blob` or a form is sent as it is. */
  body?: unknown;
  signal?: AbortSignal | undefined;
}

/** The forms of answers that can be checked, and what they are once checked. */
export type Replies = { [Name in keyof typeof replySchemas]: ReturnType<(typeof replySchemas)[Name]['parse']> };

export interface Requester {
  url: (path: string, query?: CallOptions['query']) => string;
  /** The answer. Throws `ApiError`, or where answers are checked, a `ZodError` of one that is not of its form. */
  call: <Name extends keyof Replies>(path: string, reply: Name, options?: CallOptions) => Promise<Replies[Name]>;
  /** What the server sends piece by piece. Throws `ApiError`; ends as the stream does, whole or not. */
  stream: (path: string, options?: CallOptions) => AsyncGenerator<ServerSentEvent>;
  /** A file, and the name that the server gives it. Throws `ApiError`. */
  download: (path: string, options?: CallOptions) => Promise<Download>;
  /** A call whose answer nothing depends on, beyond that it succeeded. */
  tell: (path: string, options?: CallOptions) => Promise<void>;
}

export interface Download {
  content: Blob;
  fileName: string;
}

export interface RequesterOptions {
  /** The server's address; empty for the page's own server. */
  baseUrl: string;
  fetch: typeof fetch;
  /** Parse every answer by its schema: for development and tests. */
  checkAnswers: boolean;
  headers: Record<string, string>;
}

export function createRequester({ baseUrl, fetch, checkAnswers, headers }: RequesterOptions): Requester {
  const root = baseUrl.replace(/\/$/, '') + apiPrefix;
  const url: Requester['url'] = (path, query = {}) => {
    const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, `${value}`]]));
    return root + path + (given.length > 0 ? `?${new URLSearchParams(given)}` : '');
  };

  const send = async (path: string, { method = 'GET', query, body, signal }: CallOptions): Promise<Response> => {
    const isForm = body instanceof FormData;
    const isRaw = isForm || body instanceof Blob;
    // The boundary of a form's parts is in its type, and known to who sends it alone.
    const type = isForm || body === undefined ? null : body instanceof Blob ? body.type : 'application/json';
    try {
      return await fetch(url(path, query), {
        method,
        headers: type === null ? headers : { ...headers, 'content-type': type },
        body: body === undefined ? null : isRaw ? body : JSON.stringify(body),
        ...(signal && { signal }),
      });
    } catch (cause) {
      if (signal?.aborted) throw cause;
      throw unreachable(cause);
    }
  };

  const answerOf = async (path: string, options: CallOptions): Promise<unknown> => {
    const response = await send(path, options);
    const answer: unknown = await response.json().catch(() => null);
    if (!response.ok) throw toApiError(response, answer);
    return answer;
  };

  return {
    url,
    async call(path, reply, options = {}) {
      const answer = await answerOf(path, options);
      if (checkAnswers) (await import('./reply-schemas.ts')).replySchemas[reply].parse(answer);
      return answer as Replies[typeof reply];
    },
    async *stream(path, options = {}) {
      const response = await send(path, options);
      if (!response.ok) throw toApiError(response, await response.json().catch(() => null));
      if (!response.body) return;
      try {
        yield* readEvents(response.body);
      } catch (cause) {
        if (options.signal?.aborted) throw options.signal.reason;
        throw unreachable(cause);
      }
    },
    async download(path, options = {}) {
      const response = await send(path, options);
      if (!response.ok) throw toApiError(response, await response.json().catch(() => null));
      const [, fileName = 'download'] =
        /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '') ?? [];
      return { content: await response.blob(), fileName };
    },
    async tell(path, options = {}) {
      await answerOf(path, options);
    },
  };
}

export function unreachable(cause?: unknown): ApiError {
  const message = 'The server can’t be reached. Is it running, and is there a network?';
  return new ApiError('UNREACHABLE', message, { statusCode: 0, retryable: true, cause });
}

function toApiError(response: Response, answer: unknown): ApiError {
  const { status: statusCode } = response;
  const { error } = (answer ?? {}) as Partial<ErrorBody>;
  if (error) {
    const { retryable, retryAfterMs } = error;
    return new ApiError(error.code, error.message, { statusCode, retryable, retryAfterMs });
  }
  // No answer of ours: a proxy in between, most likely.
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  const retryAfterMs = Number.isFinite(seconds) ? seconds * 1000 : undefined;
  const retryable = statusCode >= 500 || statusCode === 429;
  const message = `The server answered with status ${statusCode}.`;
  return new ApiError('INTERNAL', message, { statusCode, retryable, retryAfterMs });
}

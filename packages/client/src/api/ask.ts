import type { AskReply, ErrorBody } from '@hansard/protocol';
import { ApiError } from './api-error.ts';
import { unreachable, type Requester } from './request.ts';

export interface AskOptions {
  onText?: ((text: string) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** The answer at once, or, where somebody reads along, piece by piece. */
export async function askQuestion(
  { call, stream }: Pick<Requester, 'call' | 'stream'>,
  path: string,
  question: string,
  { onText, signal }: AskOptions,
): Promise<AskReply> {
  if (!onText) return call(path, 'askReply', { method: 'POST', body: { question }, signal });
  for await (const { event, data } of stream(path, { method: 'POST', body: { question, stream: true }, signal })) {
    if (event === 'text') onText((JSON.parse(data) as { text: string }).text);
    else if (event === 'answer') return JSON.parse(data) as AskReply;
    else if (event === 'error') throw toApiError(JSON.parse(data) as ErrorBody);
  }
  throw unreachable();
}

/** The stream had begun well. */
const streamStatus = 200;

function toApiError({ error }: ErrorBody): ApiError {
  const { code, message, retryable, retryAfterMs } = error;
  return new ApiError(code, message, { statusCode: streamStatus, retryable, retryAfterMs });
}

import { ApiError } from '@hansard/client';
import { apiPrefix, type DocumentAccepted, type ErrorBody } from '@hansard/protocol';
import { strings } from '../../strings.ts';

interface Options {
  signal: AbortSignal;
  onProgress: (sentBytes: number) => void;
}

/**
 * Sends one file; gives the document's ID. By XMLHttpRequest, since `fetch` does not tell how much of a body was sent.
 * Rejects with `ApiError`, or the signal's reason.
 */
export function sendDocument(meetingId: string, file: File, { signal, onProgress }: Options): Promise<string> {
  const form = new FormData();
  form.append('file', file);
  const request = new XMLHttpRequest();
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  request.open('POST', `${apiPrefix}/meetings/${encodeURIComponent(meetingId)}/documents`);
  request.responseType = 'json';
  request.upload.addEventListener('progress', ({ loaded, total }) => {
    // The form around the file is sent too.
    if (total > 0) onProgress(Math.round((loaded / total) * file.size));
  });
  request.addEventListener('load', () => {
    const answer = request.response as DocumentAccepted | ErrorBody | null;
    if (answer && 'id' in answer && request.status < 300) resolve(answer.id);
    else reject(toApiError(request.status, answer && 'error' in answer ? answer : null));
  });
  request.addEventListener('error', () => {
    reject(new ApiError('UNREACHABLE', strings.errors.unreachable, { statusCode: 0, retryable: true }));
  });
  const abort = () => {
    request.abort();
    reject(signal.reason);
  };
  signal.addEventListener('abort', abort);
  request.addEventListener('loadend', () => signal.removeEventListener('abort', abort));
  request.send(form);
  return promise;
}

function toApiError(statusCode: number, answer: ErrorBody | null): ApiError {
  if (!answer) {
    // A proxy in between, most likely.
    return new ApiError('INTERNAL', strings.errors.unexpected, { statusCode, retryable: statusCode >= 500 });
  }
  const { code, message, retryable } = answer.error;
  return new ApiError(code, message, { statusCode, retryable });
}

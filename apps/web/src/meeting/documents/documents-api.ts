import { ApiError } from '@hansard/client';
import { apiPrefix, type DocumentDeleted, type ErrorBody, type MeetingDocument } from '@hansard/protocol';

const at = (meetingId: string, rest = '') => `${apiPrefix}/meetings/${encodeURIComponent(meetingId)}/documents${rest}`;

async function call<T>(url: string, init: RequestInit = {}): Promise<T> {
  const response = await fetch(url, init).catch((cause: unknown) => {
    if (init.signal?.aborted) throw cause;
    throw new ApiError('UNREACHABLE', '', { statusCode: 0, retryable: true, cause });
  });
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return body as T;
  const { error } = (body ?? {}) as Partial<ErrorBody>;
  throw new ApiError(error?.code ?? 'INTERNAL', error?.message ?? '', {
    statusCode: response.status,
    retryable: error?.retryable ?? true,
  });
}

/** Until the client has these. */
export const documentsApi = {
  listDocuments: (meetingId: string, { signal }: { signal?: AbortSignal } = {}) =>
    call<{ documents: MeetingDocument[] }>(at(meetingId), signal ? { signal } : {}),
  cancelDocument: (meetingId: string, id: string) =>
    call<MeetingDocument>(at(meetingId, `/${id}/cancel`), { method: 'POST' }),
  deleteDocument: (meetingId: string, id: string) =>
    call<DocumentDeleted>(at(meetingId, `/${id}`), { method: 'DELETE' }),
  originalUrl: (meetingId: string, id: string) => at(meetingId, `/${id}/original`),
};

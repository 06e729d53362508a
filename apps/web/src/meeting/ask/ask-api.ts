import { ApiError } from '@hansard/client';
import { apiPrefix, type AskReply, type ErrorBody } from '@hansard/protocol';

/** Until the client has it. */
export async function askMeeting(
  meetingId: string | null,
  question: string,
  { signal, onText }: { signal: AbortSignal; onText: (text: string) => void },
): Promise<AskReply> {
  const url = `${apiPrefix}${meetingId === null ? '' : `/meetings/${encodeURIComponent(meetingId)}`}/ask`;
  const unreachable = (cause: unknown) => new ApiError('UNREACHABLE', '', { statusCode: 0, retryable: true, cause });
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, {
    method: 'POST',
    headers,
    body: JSON.stringify({ question, stream: true }),
    signal,
  }).catch((cause: unknown) => {
    throw signal.aborted ? cause : unreachable(cause);
  });
  const refuse = ({ error }: ErrorBody) =>
    new ApiError(error.code, error.message, { statusCode: response.status, retryable: error.retryable });
  if (!response.ok) throw refuse((await response.json()) as ErrorBody);
  let buffer = '';
  const decoder = new TextDecoder();
  const reader = response.body!.getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw unreachable(null);
    buffer += decoder.decode(value, { stream: true });
    const events = buffer.split('\n\n');
    buffer = events.pop()!;
    for (const event of events) {
      const [, name, data] = /^event: (\w+)\ndata: (.*)$/s.exec(event) ?? [];
      if (!name || !data) continue;
      const body: unknown = JSON.parse(data);
      if (name === 'text') onText((body as { text: string }).text);
      if (name === 'answer') return body as AskReply;
      if (name === 'error') throw refuse(body as ErrorBody);
    }
  }
}

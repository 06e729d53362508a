import type { ServerResponse } from 'node:http';
import type { AskReply } from '@hansard/protocol';
import { toErrorBody } from '../../errors.ts';
import { answerLimits } from './limits.ts';

/** Of a client that does not read; an answer never gets so long. */
const maxBufferedBytes = 256 * 1024;

interface StreamOptions {
  /** Called once, before the first byte: gives the response with its head sent. */
  begin: () => ServerResponse;
  heartbeatMs?: number;
}

/**
 * Streams an answer as server-sent events: `text` with `{ text }` for each piece, then `answer` with all of it, or `error`
 * with the body that a failed call has. Comments in between keep the connection open. Rejects only where it fails before
 * anything was sent, so that the caller can answer with a status.
 */
export async function streamAnswer(
  ask: (onText: (text: string) => void) => Promise<AskReply>,
  { begin, heartbeatMs = answerLimits.heartbeatMs }: StreamOptions,
): Promise<void> {
  let response: ServerResponse | null = null;
  const write = (text: string): void => {
    response ??= begin();
    if (response.destroyed) return;
    if (response.writableLength > maxBufferedBytes) response.destroy();
    else response.write(text);
  };
  const send = (event: string, data: unknown) => write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  const heartbeat = setInterval(() => write(': still here\n\n'), heartbeatMs);
  const end = () => {
    clearInterval(heartbeat);
    response?.end();
  };
  await ask((text) => send('text', { text }))
    .then(
      (reply) => send('answer', reply),
      (error: unknown) => {
        if (response === null) throw error;
        send('error', toErrorBody(error));
      },
    )
    .finally(end);
}

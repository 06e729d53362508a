import { z } from 'zod';
import { createApiPost } from './api-post.ts';
import { EngineError, type TranscribedLine, type TranscribeEngine, type TranscribeRequest } from './contract.ts';
import { withDeadline } from './deadline.ts';
import { asEngineError } from './engine-error.ts';
import { formBody } from './form-body.ts';

interface WhisperApiOptions {
  name: 'groq' | 'openai';
  /** A server of one's own may need none. */
  apiKey: string | undefined;
  /** With its version: `https://api.groq.com/openai/v1`. */
  baseUrl: string;
  model: string;
  concurrency: { start: number; max: number };
  timeoutMs?: number;
}

const seconds = z.number().finite().nonnegative();
// Servers of this kind differ in what else they send, and smaller ones send no segments: ask for no more than is used.
const answer = z.object({
  text: z.string(),
  segments: z.array(z.object({ start: seconds, end: seconds, text: z.string() })).nullish(),
});

/**
 * `POST /audio/transcriptions`, as Groq, OpenAI and the servers that are compatible with it speak it. One plain request:
 * the AI SDK would cost 30 MB, and its strict schemas refuse compatible servers.
 */
export function createWhisperApi(options: WhisperApiOptions): TranscribeEngine {
  const { name, apiKey, baseUrl, model, concurrency, timeoutMs = 60_000 } = options;
  // One more than the scheduler uses: a recording may be tried meanwhile.
  const api = createApiPost(`${baseUrl.replace(/\/+$/, '')}/audio/transcriptions`, { maxSockets: concurrency.max + 1 });
  const headers: Record<string, string> = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  const closing = new AbortController();
  return {
    name,
    kind: 'cloud',
    concurrency,
    caveat: null,
    async transcribe(request, signal) {
      try {
        const { body, contentType } = asForm(model, request);
        const deadline = { timeoutMs, stops: [signal, closing.signal] };
        const post = (stop: AbortSignal) => api.post({ ...headers, 'content-type': contentType }, body, stop);
        return linesOf(await withDeadline(deadline, post), request.durationMs);
      } catch (error) {
        throw asEngineError(error);
      }
    },
    async close() {
      closing.abort();
      api.close();
    },
  };
}

function asForm(model: string, { audio, language }: TranscribeRequest) {
  const fields = {
    model,
    response_format: /whisper/i.test(model) ? 'verbose_json' : 'json',
    temperature: '0',
    // They take ISO 639-1: the first part of a BCP 47 tag.
    ...(language !== undefined && { language: language.split('-')[0]! }),
  };
  return formBody(fields, { name: 'file', fileName: 'chunk.ogg', mediaType: 'audio/ogg', bytes: audio });
}

function linesOf(body: string, durationMs: number): TranscribedLine[] {
  const parsed = answer.safeParse(asJson(body));
  if (!parsed.success) throw new EngineError('failed', 'its answer makes no sense');
  const { text, segments } = parsed.data;
  if (!segments || segments.length === 0) {
    return text.trim() === '' ? [] : [{ startMs: 0, endMs: durationMs, text: text.trim() }];
  }
  return segments
    .map(({ start, end, text }) => ({ startMs: start * 1000, endMs: Math.max(start, end) * 1000, text: text.trim() }))
    .filter((line) => line.text !== '');
}

function asJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new EngineError('failed', 'its answer is no JSON', { cause });
  }
}

import { z } from 'zod';
import { apiFetch } from './api-fetch.ts';
import { EngineError, type TranscribedLine, type TranscribeEngine, type TranscribeRequest } from './contract.ts';
import { withDeadline } from './deadline.ts';
import { asEngineError } from './engine-error.ts';

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
  const url = `${baseUrl.replace(/\/+$/, '')}/audio/transcriptions`;
  const headers: Record<string, string> = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  const closing = new AbortController();
  return {
    name,
    kind: 'cloud',
    concurrency,
    caveat: null,
    async transcribe(request, signal) {
      try {
        const { body, contentType } = await asBytes(asForm(model, request));
        const post = { method: 'POST', headers: { ...headers, 'content-type': contentType }, body };
        const deadline = { timeoutMs, stops: [signal, closing.signal] };
        return linesOf(await withDeadline(deadline, (stop) => apiFetch(url, post, stop)), request.durationMs);
      } catch (error) {
        throw asEngineError(error);
      }
    },
    close: async () => closing.abort(),
  };
}

function asForm(model: string, { audio, language }: TranscribeRequest): FormData {
  const form = new FormData();
  form.set('model', model);
  form.set('response_format', /whisper/i.test(model) ? 'verbose_json' : 'json');
  form.set('temperature', '0');
  // They take ISO 639-1: the first part of a BCP 47 tag.
  if (language !== undefined) form.set('language', language.split('-')[0]!);
  form.set('file', new Blob([new Uint8Array(audio)], { type: 'audio/ogg' }), 'chunk.ogg');
  return form;
}

/** A form that is sent as it is, as a stream, ends in an unhandled rejection when it is aborted halfway. */
async function asBytes(form: FormData): Promise<{ body: ArrayBuffer; contentType: string }> {
  const encoded = new Response(form);
  return { body: await encoded.arrayBuffer(), contentType: encoded.headers.get('content-type') ?? '' };
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

import { apiFetch } from './api-fetch.ts';
import type { TranscribedLine, TranscribeEngine, TranscribeRequest } from './contract.ts';
import { withDeadline } from './deadline.ts';
import { asEngineError } from './engine-error.ts';

interface GeminiOptions {
  apiKey: string;
  /** With its version; Google's own where it is left out. */
  baseUrl?: string | undefined;
  model: string;
  concurrency: { start: number; max: number };
  timeoutMs?: number;
}

const instruction =
  'Transcribe the speech in this recording word for word, in the language that is spoken. Answer with the words only: ' +
  'no time stamps, no speaker names, no remarks. Where nobody speaks, answer with nothing but [no speech].';
const nothingSaid = /^\W*(no speech|silence)?\W*$/i;

/** A language model that hears. It gives no times, so a chunk's text is one line. */
export function createGemini(options: GeminiOptions): TranscribeEngine {
  const { concurrency, timeoutMs = 60_000 } = options;
  const closing = new AbortController();
  return {
    name: 'gemini',
    kind: 'cloud',
    concurrency,
    caveat: null,
    async transcribe(request, signal): Promise<TranscribedLine[]> {
      try {
        const deadline = { timeoutMs, stops: [signal, closing.signal] };
        const text = await withDeadline(deadline, (stop) => ask(options, request, stop));
        return nothingSaid.test(text) ? [] : [{ startMs: 0, endMs: request.durationMs, text: text.trim() }];
      } catch (error) {
        throw asEngineError(error);
      }
    },
    close: async () => closing.abort(),
  };
}

async function ask({ apiKey, baseUrl, model }: GeminiOptions, request: TranscribeRequest, signal: AbortSignal) {
  signal.throwIfAborted();
  // Loaded with the first call: it takes 30 MB.
  const [{ generateText }, { createGoogle }] = await Promise.all([import('ai'), import('@ai-sdk/google')]);
  const google = createGoogle({
    apiKey,
    ...(baseUrl !== undefined && { baseURL: baseUrl }),
    fetch: async (url, init) => new Response(await apiFetch(new Request(url).url, init ?? {}, signal)),
  });
  const { text } = await generateText({
    model: google(model),
    temperature: 0,
    // The scheduler retries.
    maxRetries: 0,
    abortSignal: signal,
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: request.language ? `${instruction} They speak ${request.language}.` : instruction },
          { type: 'file', data: request.audio, mediaType: 'audio/ogg' },
        ],
      },
    ],
  });
  return text;
}

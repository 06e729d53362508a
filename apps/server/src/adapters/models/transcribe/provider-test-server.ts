import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeWhole } from './audio/index.ts';

/** What the server does with its next request instead of answering it. */
export type Fault =
  | { kind: 'status'; status: number; headers?: Record<string, string>; body?: string }
  | { kind: 'hang' }
  | { kind: 'cut-body' }
  | { kind: 'nonsense' }
  | { kind: 'disconnect' };

/** What a request said, as the provider reads it. */
export interface SeenRequest {
  path: string;
  key: string | undefined;
  audioBytes: number;
  /** Fields of the form, or the request's JSON without its sound. */
  fields: Record<string, unknown>;
}

export interface ProviderTestServer {
  /** To be given to the engine. */
  baseUrl: string;
  seen: SeenRequest[];
  /** Faults are used up in order, one a request. */
  fail(...faults: Fault[]): void;
  close(): Promise<void>;
}

interface Wire {
  path: string;
  key(headers: IncomingMessage['headers']): string | undefined;
  read(body: Buffer, contentType: string): Promise<{ audio: Uint8Array; fields: Record<string, unknown> }>;
  answer(text: string): object;
  failure(status: number): object;
}

const spoken = 'The committee will meet again on Tuesday.';

/** Groq and OpenAI: a multipart form in, `verbose_json` out. */
const whisper = (prefix: string): Wire => ({
  path: `${prefix}/audio/transcriptions`,
  key: ({ authorization }) => authorization?.replace('Bearer ', ''),
  async read(body, contentType) {
    const form = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
    const { file, ...fields } = Object.fromEntries(form.entries());
    if (!(file instanceof File)) throw new RangeError('no file');
    return { audio: await file.bytes(), fields: { ...fields, fileName: file.name } };
  },
  answer: (text) => ({
    task: 'transcribe',
    language: 'English',
    duration: 3,
    text,
    segments: text
      ? [
          { id: 0, seek: 0, start: 0.1, end: 1.4, text: ' The committee will meet', tokens: [1], temperature: 0 },
          { id: 1, seek: 0, start: 1.4, end: 2.6, text: ' again on Tuesday.', tokens: [2], temperature: 0 },
        ]
      : [],
    x_groq: { id: 'req_1' },
  }),
  failure: (status) => ({ error: { message: `refused with ${status}`, type: 'error', code: null } }),
});

/** Gemini: the sound in base64 within JSON, candidates out. */
const gemini = (model: string): Wire => ({
  path: `/v1beta/models/${model}:generateContent`,
  key: (headers) => headers['x-goog-api-key']?.toString(),
  async read(body) {
    const request = JSON.parse(body.toString()) as { contents: { parts: Part[] }[]; generationConfig: object };
    const parts = request.contents.flatMap((content) => content.parts);
    const sound = parts.find((part) => part.inlineData)?.inlineData;
    if (sound?.mimeType !== 'audio/ogg') throw new RangeError('no sound');
    const fields = { ...request.generationConfig, text: parts.find((part) => part.text)?.text };
    return { audio: Buffer.from(sound.data, 'base64'), fields };
  },
  answer: (text) => ({
    candidates: [
      { content: { parts: [{ text: text || '[no speech]' }], role: 'model' }, finishReason: 'STOP', index: 0 },
    ],
    usageMetadata: { promptTokenCount: 100, candidatesTokenCount: 10, totalTokenCount: 110 },
    modelVersion: model,
  }),
  failure: (status) => ({ error: { code: status, message: `refused with ${status}`, status: 'ERROR' } }),
});

interface Part {
  text?: string;
  inlineData?: { mimeType: string; data: string };
}

export const providerWires = { groq: whisper('/openai/v1'), openai: whisper('/v1'), gemini: gemini('gemini-test') };

/**
 * Speaks a provider's wire format on this machine: hears the same sentence in any sound that is not silent, refuses what is
 * no Ogg/Opus with 400 and a wrong key with 401.
 */
export async function startProviderTestServer(wire: Wire, apiKey: string): Promise<ProviderTestServer> {
  const seen: SeenRequest[] = [];
  const faults: Fault[] = [];

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const fault = faults.shift();
    if (fault) return misbehave(response, fault, wire);
    const key = wire.key(request.headers);
    if (request.url !== wire.path || key !== apiKey) {
      const status = key === apiKey ? 404 : 401;
      return send(response, status, wire.failure(status));
    }
    try {
      const { audio, fields } = await wire.read(body, request.headers['content-type'] ?? '');
      const samples = await decodeWhole(audio);
      seen.push({ path: request.url, key, audioBytes: audio.length, fields });
      return send(response, 200, wire.answer(samples.some((sample) => Math.abs(sample) > 0.01) ? spoken : ''));
    } catch {
      return send(response, 400, wire.failure(400));
    }
  }

  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const prefix = wire.path.slice(0, wire.path.search(/\/(audio|models)\//));
  return {
    baseUrl: `http://127.0.0.1:${port}${prefix}`,
    seen,
    fail: (...more) => void faults.push(...more),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function misbehave(response: ServerResponse, fault: Fault, wire: Wire): void {
  switch (fault.kind) {
    case 'status':
      response.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers });
      response.end(fault.body ?? JSON.stringify(wire.failure(fault.status)));
      return;
    case 'cut-body':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"text": "The comm');
      setImmediate(() => response.destroy());
      return;
    case 'nonsense':
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('<html>Bad day</html>');
      return;
    case 'disconnect':
      response.destroy();
      return;
    case 'hang':
      return;
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

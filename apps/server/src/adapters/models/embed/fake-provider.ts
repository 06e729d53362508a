import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EmbedProvider } from './ai-sdk.ts';

/** What the provider does with a call. */
export type EmbedReply =
  | { kind: 'vectors' }
  /** One vector too few. */
  | { kind: 'too-few' }
  /** Vectors of another model. */
  | { kind: 'dims'; dims: number }
  | { kind: 'zeros' }
  | { kind: 'status'; status: number; body?: unknown; retryAfter?: string }
  /** Half of a good answer, then the connection is gone. */
  | { kind: 'cut' }
  /** Something that is not the provider's format. */
  | { kind: 'garbage' }
  | { kind: 'hang' };

export interface EmbedCall {
  path: string;
  headers: IncomingMessage['headers'];
  body: unknown;
  /** As they came over the wire, wherever the provider's format has them. */
  texts: string[];
  dims: number | undefined;
}

export interface FakeEmbedProvider {
  /** As a provider's `baseUrl`. */
  url: string;
  calls: EmbedCall[];
  /** How many calls are open. */
  open(): number;
  close(): Promise<void>;
}

/** A server on loopback that speaks a provider's wire format; `answer` decides what a call gets. For tests. */
export async function startFakeEmbedProvider(
  provider: EmbedProvider,
  answer: (call: EmbedCall, nth: number) => EmbedReply | Promise<EmbedReply> = () => ({ kind: 'vectors' }),
): Promise<FakeEmbedProvider> {
  const calls: EmbedCall[] = [];
  let open = 0;
  const server = createServer((request, response) => {
    open += 1;
    response.on('close', () => (open -= 1));
    void respond(request, response);
  });

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body: unknown = JSON.parse(Buffer.concat(await request.toArray()).toString('utf8'));
    const call = { path: request.url ?? '', headers: request.headers, body, ...textsOf(provider, body) };
    calls.push(call);
    const reply = await answer(call, calls.length);
    if (reply.kind === 'hang') return;
    const retryAfter = reply.kind === 'status' ? reply.retryAfter : undefined;
    const headers = { 'content-type': 'application/json', ...(retryAfter && { 'retry-after': retryAfter }) };
    response.writeHead(reply.kind === 'status' ? reply.status : 200, headers);
    if (reply.kind === 'status') {
      response.end(JSON.stringify(reply.body ?? { error: { message: 'no', code: reply.status } }));
      return;
    }
    if (reply.kind === 'garbage') {
      response.end('<html>Bad gateway</html>');
      return;
    }
    const whole = JSON.stringify(wireAnswer(provider, call.path, vectorsFor(call, reply)));
    if (reply.kind === 'cut') response.write(whole.slice(0, whole.length / 2), () => response.destroy());
    else response.end(whole);
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${provider === 'ollama' ? '' : '/v1'}`,
    calls,
    open: () => open,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The same numbers for the same text, and others for any other. */
export function fakeVector(text: string, dims: number): number[] {
  const digest = createHash('sha256').update(text).digest();
  return Array.from({ length: dims }, (_, at) => (digest[at % digest.length]! - 127.5) / 128);
}

function vectorsFor({ texts, dims = 4 }: EmbedCall, reply: EmbedReply): number[][] {
  const vectors = texts.map((text) => fakeVector(text, reply.kind === 'dims' ? reply.dims : dims));
  if (reply.kind === 'too-few') return vectors.slice(1);
  return reply.kind === 'zeros' ? vectors.map((vector) => vector.map(() => 0)) : vectors;
}

interface GeminiText {
  content: { parts: { text: string }[] };
  outputDimensionality?: number;
}

function textsOf(provider: EmbedProvider, body: unknown): { texts: string[]; dims: number | undefined } {
  if (provider === 'gemini') {
    // One text alone goes to an address of its own.
    const requests = (body as { requests?: GeminiText[] }).requests ?? [body as GeminiText];
    return { texts: requests.map(({ content }) => content.parts[0]!.text), dims: requests[0]?.outputDimensionality };
  }
  const { input, dimensions } = body as { input: string[]; dimensions?: number };
  return { texts: input, dims: dimensions };
}

function wireAnswer(provider: EmbedProvider, path: string, vectors: number[][]): unknown {
  if (provider === 'gemini') {
    const embeddings = vectors.map((values) => ({ values }));
    return path.endsWith(':embedContent') ? { embedding: embeddings[0] } : { embeddings };
  }
  return {
    object: 'list',
    data: vectors.map((embedding, index) => ({ object: 'embedding', index, embedding })),
    model: 'some-model',
    usage: { prompt_tokens: 5, total_tokens: 5 },
  };
}

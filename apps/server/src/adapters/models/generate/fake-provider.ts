import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { Provider } from './ai-sdk.ts';

/** What the provider does with a call. */
export type Reply =
  | { kind: 'json'; value: unknown }
  /** The model's words, where they are no JSON; streamed in pieces where that is asked for. */
  | { kind: 'text'; text: string; pauseMs?: number }
  | { kind: 'status'; status: number; body?: unknown; retryAfter?: string }
  /** Half of a good answer, then the connection is gone. */
  | { kind: 'cut'; text?: string }
  /** Half of a streamed answer, then a clean end without a reason. */
  | { kind: 'unfinished'; text: string }
  /** Something that is not the provider's format. */
  | { kind: 'garbage' }
  | { kind: 'hang' };

export interface ReceivedCall {
  path: string;
  headers: IncomingMessage['headers'];
  body: unknown;
  /** What the model was told and given, wherever the provider's format has it. */
  system: string;
  prompt: string;
}

export interface FakeProvider {
  /** As a provider's `baseURL`. */
  url: string;
  calls: ReceivedCall[];
  /** How many calls are open. */
  open(): number;
  close(): Promise<void>;
}

/** A server on loopback that speaks a provider's wire format; `answer` decides what a call gets. For tests. */
export async function startFakeProvider(
  provider: Provider,
  answer: (call: ReceivedCall, nth: number) => Reply | Promise<Reply>,
): Promise<FakeProvider> {
  const calls: ReceivedCall[] = [];
  let open = 0;
  const server = createServer((request, response) => {
    open += 1;
    response.on('close', () => (open -= 1));
    void respond(request, response);
  });

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body: unknown = JSON.parse(Buffer.concat(await request.toArray()).toString('utf8'));
    const call = { path: request.url ?? '', headers: request.headers, body, ...messagesOf(provider, body) };
    calls.push(call);
    const reply = await answer(call, calls.length);
    if (reply.kind === 'hang') return;
    if (reply.kind === 'status') {
      const headers = {
        'content-type': 'application/json',
        ...(reply.retryAfter && { 'retry-after': reply.retryAfter }),
      };
      response.writeHead(reply.status, headers);
      response.end(JSON.stringify(reply.body ?? { error: { message: 'no', code: reply.status } }));
      return;
    }
    if (isStreamed(call) && (reply.kind === 'text' || reply.kind === 'cut' || reply.kind === 'unfinished')) {
      await stream(response, reply);
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    if (reply.kind === 'garbage') {
      response.end('<html>Bad gateway</html>');
      return;
    }
    const text =
      reply.kind === 'json' ? JSON.stringify(reply.value) : reply.kind === 'text' ? reply.text : 'x'.repeat(2000);
    const whole = JSON.stringify(wireAnswer(provider, text));
    if (reply.kind !== 'cut') {
      response.end(whole);
      return;
    }
    response.write(whole.slice(0, whole.length / 2), () => response.destroy());
  }

  async function stream(response: ServerResponse, reply: Reply & { text?: string; pauseMs?: number }): Promise<void> {
    const { kind, text = 'x'.repeat(2000), pauseMs = 0 } = reply;
    const sent = kind === 'text' ? text : text.slice(0, text.length / 2);
    const piece = Math.max(1, Math.min(maxPiece, Math.ceil(sent.length / 2)));
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (let at = 0; at < sent.length && !response.destroyed; at += piece) {
      response.write(`data: ${JSON.stringify(wirePiece(provider, sent.slice(at, at + piece), null))}\n\n`);
      await setTimeout(pauseMs);
    }
    if (kind === 'cut') response.destroy();
    else if (kind === 'unfinished') response.end();
    else {
      response.write(`data: ${JSON.stringify(wirePiece(provider, '', 'stop'))}\n\n`);
      response.end(provider === 'gemini' ? '' : 'data: [DONE]\n\n');
    }
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    calls,
    open: () => open,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Characters: pieces end anywhere, also within a word or a citation. */
const maxPiece = 7;

function isStreamed({ path, body }: ReceivedCall): boolean {
  return path.includes(':streamGenerateContent') || (body as { stream?: boolean }).stream === true;
}

interface ChatBody {
  messages: { role: string; content: string }[];
}
interface GeminiBody {
  systemInstruction: { parts: { text: string }[] };
  contents: { parts: { text: string }[] }[];
}

function messagesOf(provider: Provider, body: unknown): { system: string; prompt: string } {
  if (provider === 'gemini') {
    const { systemInstruction, contents } = body as GeminiBody;
    const text = (parts: { text: string }[]) => parts.map((part) => part.text).join('');
    return { system: text(systemInstruction.parts), prompt: text(contents[0]!.parts) };
  }
  const { messages } = body as ChatBody;
  const of = (roles: string[]) => messages.find(({ role }) => roles.includes(role))?.content ?? '';
  return { system: of(['system', 'developer']), prompt: of(['user']) };
}

function wireAnswer(provider: Provider, text: string): unknown {
  if (provider === 'gemini') {
    return {
      candidates: [{ index: 0, content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP' }],
      usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 10, totalTokenCount: 20 },
      modelVersion: 'test',
    };
  }
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'test',
    choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop', logprobs: null }],
    usage: { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 },
  };
}

function wirePiece(provider: Provider, text: string, finish: 'stop' | null): unknown {
  if (provider === 'gemini') {
    const finishReason = finish?.toUpperCase();
    return { candidates: [{ index: 0, content: { role: 'model', parts: [{ text }] }, finishReason }] };
  }
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: 'test',
    choices: [{ index: 0, delta: { role: 'assistant', content: text }, finish_reason: finish }],
  };
}

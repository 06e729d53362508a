import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Provider } from './ai-sdk.ts';

/** What the provider does with a call. */
export type Reply =
  | { kind: 'json'; value: unknown }
  /** The model's words, where they are no JSON. */
  | { kind: 'text'; text: string }
  | { kind: 'status'; status: number; body?: unknown; retryAfter?: string }
  /** Half of a good answer, then the connection is gone. */
  | { kind: 'cut' }
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

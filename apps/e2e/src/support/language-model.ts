import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LanguageModel {
  env: Record<string, string>;
  /** What the next answers consist of, piece by piece. */
  pieces: (prompt: string) => AsyncIterable<string> | Iterable<string>;
  close(): void;
}

/** A server that speaks chat completions, streamed; it says what it is told to. */
export async function startLanguageModel(): Promise<LanguageModel> {
  const model: LanguageModel = { env: {}, pieces: () => [], close: () => server.close() };
  const server = createServer((request, response) => {
    void request.toArray().then(async (body) => {
      const { messages } = JSON.parse(Buffer.concat(body).toString()) as { messages: { content: string }[] };
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for await (const content of model.pieces(messages.map(({ content: text }) => text).join('\n'))) {
        send(response, { delta: { role: 'assistant', content }, finish_reason: null });
      }
      send(response, { delta: {}, finish_reason: 'stop' });
      response.end('data: [DONE]\n\n');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  model.env = {
    HANSARD_ANSWERS_ENGINE: 'openai',
    HANSARD_EMBEDDINGS: 'none',
    HANSARD_MINUTES_ENGINE: 'local',
    OPENAI_API_KEY: 'none',
    OPENAI_BASE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
  };
  return model;
}

function send(response: ServerResponse, choice: object): void {
  const chunk = {
    id: 'answer',
    object: 'chat.completion.chunk',
    created: 0,
    model: 'told',
    choices: [{ index: 0, ...choice }],
  };
  response.write(`data: ${JSON.stringify(chunk)}\n\n`);
}

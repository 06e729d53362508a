import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { AskReply } from '@hansard/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { createApi } from './api.ts';

const reply: AskReply = { answer: 'Über [1].', citations: [], answered: true, engine: 'groq', fallbackReason: null };
const whole = `: hello\n\nevent: text\ndata: {"text":"Über "}\n\nevent: text\ndata: {"text":"[1]."}\n\nevent: answer\ndata: ${JSON.stringify(reply)}\n\n`;

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

/** A server that answers as told; what it was asked, and how many wait for an answer. */
async function serverThat(answer: (response: ServerResponse) => unknown) {
  const asked: { path: string | undefined; body: unknown }[] = [];
  let open = 0;
  const server = createServer((request, response) => {
    open += 1;
    response.on('close', () => (open -= 1));
    void request.toArray().then((pieces) => {
      const text = Buffer.concat(pieces as Buffer[]).toString();
      asked.push({ path: request.url, body: text === '' ? null : (JSON.parse(text) as unknown) });
      return answer(response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { api: createApi(`http://127.0.0.1:${port}`, { checkAnswers: true }), asked, open: () => open };
}

const streaming = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/event-stream' });

describe('asking', () => {
  it('gives the answer at once where nobody reads along', async () => {
    const { api, asked } = await serverThat((response) => response.end(JSON.stringify(reply)));
    expect(await api.ask('m 1', 'Why?')).toEqual(reply);
    expect(await api.ask(null, 'Why?')).toEqual(reply);
    expect(asked).toEqual([
      { path: '/api/v1/meetings/m%201/ask', body: { question: 'Why?' } },
      { path: '/api/v1/ask', body: { question: 'Why?' } },
    ]);
  });

  it.each([1, 2, 7, 10_000])(
    'reads a stream in pieces of %i bytes, within characters and line ends too',
    async (size) => {
      for (const text of [whole, whole.replaceAll('\n', '\r\n')]) {
        const bytes = Buffer.from(text);
        const { api, asked } = await serverThat(async (response) => {
          streaming(response);
          response.socket?.setNoDelay(true);
          for (let at = 0; at < bytes.length; at += size) {
            response.write(bytes.subarray(at, at + size));
            if (at % 50 === 0) await setTimeout(1);
          }
          response.end();
        });
        const heard: string[] = [];
        expect(await api.ask('m1', 'Why?', { onText: (piece) => heard.push(piece) })).toEqual(reply);
        expect(heard).toEqual(['Über ', '[1].']);
        expect(asked[0]?.body).toEqual({ question: 'Why?', stream: true });
      }
    },
  );

  it('throws the error that the stream ends with', async () => {
    const error = { code: 'ROOMS_FULL', message: 'Come again.', retryable: true, retryAfterMs: 5000 };
    const { api } = await serverThat((response) =>
      streaming(response).end(`event: error\ndata: ${JSON.stringify({ error })}\n\n`),
    );
    const asked = api.ask('m1', 'Why?', { onText: () => {} });
    await expect(asked).rejects.toMatchObject({ name: 'ApiError', ...error, statusCode: 200 });
  });

  it('throws a refusal that comes before the stream', async () => {
    const { api } = await serverThat((response) =>
      response.writeHead(404).end(JSON.stringify({ error: { code: 'NOT_FOUND', message: 'No.', retryable: false } })),
    );
    const asked = api.ask('m1', 'Why?', { onText: () => {} });
    await expect(asked).rejects.toMatchObject({ code: 'NOT_FOUND', statusCode: 404 });
  });

  it.each(['a clean end', 'a cut'])('is unreachable after %s in mid-answer', async (how) => {
    const { api } = await serverThat((response) => {
      streaming(response).write(whole.slice(0, 60), () => (how === 'a cut' ? response.destroy() : response.end()));
    });
    const asked = api.ask('m1', 'Why?', { onText: () => {} });
    await expect(asked).rejects.toMatchObject({ code: 'UNREACHABLE', retryable: true });
  });

  it('closes the connection when it is aborted', async () => {
    const { api, open } = await serverThat((response) => streaming(response).write(whole.slice(0, 60)));
    const stop = new AbortController();
    const asked = api.ask('m1', 'Why?', { signal: stop.signal, onText: () => stop.abort() });
    await expect(asked).rejects.toHaveProperty('name', 'AbortError');
    await expect.poll(open).toBe(0);
  });

  it('finds passages', async () => {
    const { api, asked } = await serverThat((response) => response.end('{"passages":[]}'));
    expect(await api.findPassages('m1', 'a b', { k: 3 })).toEqual({ passages: [] });
    expect(asked[0]?.path).toBe('/api/v1/meetings/m1/passages?q=a+b&k=3');
  });
});

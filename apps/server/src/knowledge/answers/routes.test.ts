import { askReply, passageList, type AskReply } from '@hansard/protocol';
import fastify from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { afterEach, describe, expect, it } from 'vitest';
import { startFakeProvider, type FakeProvider, type Reply } from '../../adapters/models/generate/fake-provider.ts';
import { AppError, toErrorBody } from '../../errors.ts';
import { ownerActor } from '../../identity/index.ts';
import { createAnswerEngines } from './engines.ts';
import { streamAnswer } from './event-stream.ts';
import { answerRoutes } from './routes.ts';
import { world } from './testing.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function provider(reply: Reply): Promise<FakeProvider> {
  const server = await startFakeProvider('openai', () => reply);
  closing.push(server.close);
  return server;
}

/** Routes on a real port; with a provider, its model answers. */
async function served(model?: FakeProvider): Promise<{ url: string; failures: unknown[] }> {
  const engines = createAnswerEngines({ engine: 'auto', openaiBaseUrl: model?.url, requestTimeoutMs: 10_000 });
  const { answers, addMeeting } = world({ engine: engines.active });
  await addMeeting({
    id: 'm1',
    documents: { 'contract.pdf': ['4 | Termination | The notice period is three months to the end of a quarter.'] },
  });
  const failures: unknown[] = [];
  const app = fastify({ forceCloseConnections: true });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.decorateRequest('actor', { getter: () => ownerActor });
  app.addHook('onRequest', (_, reply, done) => {
    void reply.header('x-content-type-options', 'nosniff');
    done();
  });
  app.setErrorHandler((error, _request, reply) => {
    if (!(error instanceof AppError)) failures.push(error);
    return reply.code(error instanceof AppError ? error.statusCode : 400).send(toErrorBody(error));
  });
  await app.register(answerRoutes(answers));
  closing.push(() => app.close());
  return { url: await app.listen({ port: 0, host: '127.0.0.1' }), failures };
}

const post = (url: string, body: unknown, signal?: AbortSignal) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  });

interface StreamEvent {
  event: string;
  data: unknown;
}

async function eventsOf(response: Response): Promise<StreamEvent[]> {
  const blocks = (await response.text()).split('\n\n').filter((block) => block.startsWith('event: '));
  return blocks.map((block) => {
    const [, event = '', data = ''] = /^event: (.*)\ndata: (.*)$/.exec(block) ?? [];
    return { event, data: JSON.parse(data) as unknown };
  });
}

const question = 'How long is the notice period?';

describe('over HTTP', () => {
  it('passages are found', async () => {
    const { url } = await served();
    const response = await fetch(`${url}/meetings/m1/passages?q=notice+periods&k=3`);
    expect(passageList.parse(await response.json()).passages[0]).toMatchObject({
      page: 4,
      documentName: 'contract.pdf',
    });
    expect((await fetch(`${url}/meetings/m1/passages?q=`)).status).toBe(400);
    expect((await fetch(`${url}/meetings/m1/passages?q=a&k=51`)).status).toBe(400);
    expect((await fetch(`${url}/meetings/nope/passages?q=a`)).status).toBe(404);
  });

  it('an answer comes whole', async () => {
    const { url } = await served(await provider({ kind: 'text', text: 'Three months [1].' }));
    const reply = askReply.parse(await (await post(`${url}/meetings/m1/ask`, { question })).json());
    expect(reply).toMatchObject({ answer: 'Three months [1].', answered: true, engine: 'openai' });
    const all = askReply.parse(await (await post(`${url}/ask`, { question })).json());
    expect(all.citations[0]).toMatchObject({ meetingId: 'm1', meetingTitle: 'Meeting m1' });
    expect((await post(`${url}/meetings/m1/ask`, { question: ' ' })).status).toBe(400);
  });

  it('an answer is streamed: checked claims, then all of it', async () => {
    const { url } = await served(await provider({ kind: 'text', text: 'Three months [1]. To a quarter’s end [9].' }));
    const response = await post(`${url}/meetings/m1/ask`, { question, stream: true });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    const events = await eventsOf(response);
    expect(events.map(({ event }) => event)).toEqual(['text', 'text', 'answer']);
    expect(events.slice(0, 2).map(({ data }) => data)).toEqual([
      { text: 'Three months [1]. ' },
      { text: 'To a quarter’s end. [?]' },
    ]);
    expect(askReply.parse(events[2]?.data).answer).toBe('Three months [1]. To a quarter’s end. [?]');
  });

  it.each<Reply>([
    { kind: 'cut', text: 'Three months [1]. It was agreed so in spring [1]. And then it was' },
    { kind: 'unfinished', text: 'Three months [1]. It was agreed so in spring [1]. And then it was' },
    { kind: 'status', status: 503 },
    { kind: 'garbage' },
  ])('quotes end a stream whose model fails ($kind)', async (reply) => {
    const { url, failures } = await served(await provider(reply));
    const events = await eventsOf(await post(`${url}/ask`, { question, stream: true }));
    const last = events.at(-1)!;
    expect(last.event).toBe('answer');
    expect(last.data).toMatchObject({ answered: true, engine: 'quotes' });
    expect((last.data as AskReply).fallbackReason).toContain('The language model');
    expect(failures).toEqual([]);
  });

  it('a stream that fails before it begins has a status', async () => {
    const { url } = await served();
    const response = await post(`${url}/meetings/nope/ask`, { question, stream: true });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { code: 'NOT_FOUND' } });
  });

  it.each([true, false])('the model’s call ends when the client goes (stream: %s)', async (stream) => {
    const model = await provider({ kind: 'hang' });
    const { url, failures } = await served(model);
    const leave = new AbortController();
    const asked = post(`${url}/meetings/m1/ask`, { question, stream }, leave.signal).catch((error: unknown) => error);
    await expect.poll(() => model.open()).toBe(1);
    leave.abort();
    await asked;
    await expect.poll(() => model.open()).toBe(0);
    expect(failures).toEqual([]);
  });
});

describe('a stream', () => {
  async function streamed(ask: Parameters<typeof streamAnswer>[0], heartbeatMs: number) {
    const app = fastify({ forceCloseConnections: true });
    app.get('/', async (_, reply) => {
      const begin = () => {
        reply.hijack();
        return reply.raw.writeHead(200, { 'content-type': 'text/event-stream' });
      };
      await streamAnswer(ask, { begin, heartbeatMs });
    });
    closing.push(() => app.close());
    return (await fetch(await app.listen({ port: 0, host: '127.0.0.1' }))).text();
  }

  const reply: AskReply = { answer: 'a', citations: [], answered: true, engine: 'x', fallbackReason: null };

  it('gives signs of life while nothing is written', async () => {
    const text = await streamed(() => new Promise((resolve) => setTimeout(() => resolve(reply), 150)), 20);
    expect(text).toMatch(/^: still here\n\n(: still here\n\n)+event: answer\ndata: /);
  });

  it('that fails once it has begun ends with the error, whose detail stays in the server', async () => {
    const text = await streamed((onText) => {
      onText('A claim [1].');
      return Promise.reject(new Error('a secret detail'));
    }, 1000);
    expect(text).toContain(
      'event: text\ndata: {"text":"A claim [1]."}\n\nevent: error\ndata: {"error":{"code":"INTERNAL"',
    );
    expect(text).not.toContain('secret');
  });
});

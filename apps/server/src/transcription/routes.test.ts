import Fastify from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { afterEach, describe, expect, it } from 'vitest';
import { EngineError } from '../adapters/models/transcribe/index.ts';
import { spokenOgg } from '../adapters/models/transcribe/test-audio.ts';
import { AppError, toErrorBody } from '../errors.ts';
import { ownerActor } from '../identity/index.ts';
import { transcriptionRoutes } from './routes.ts';
import { addChunks, chosen, createTestBench, createTestEngine, saysWords } from './testing.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function open() {
  const bench = await createTestBench();
  const app = Fastify().withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler).setSerializerCompiler(serializerCompiler);
  app.decorateRequest('actor');
  app.addHook('onRequest', async (request) => {
    request.actor = ownerActor;
  });
  app.setErrorHandler((error, _request, reply) => {
    const known = error instanceof AppError;
    void reply.status(known ? error.statusCode : 400).send(known ? toErrorBody(error) : {});
  });
  await app.register(
    transcriptionRoutes({
      transcription: bench.transcription,
      listEngines: () => bench.transcription.engines(),
      toOgg: (bytes) => bytes,
    }),
  );
  closers.push(() => app.close());
  return { ...bench, app };
}

const post = (payload: Buffer, type = 'audio/webm;codecs=opus') => ({
  method: 'POST' as const,
  url: '/engines/try',
  payload,
  headers: { 'content-type': type },
});

describe('routes of transcription', () => {
  it('retry one chunk, all of them, and none of an unknown meeting', async () => {
    const { app, database, transcription, pass, states } = await open();
    await addChunks(database, 'm', 3);
    let broken = true;
    const engine = createTestEngine((id) => {
      if (broken) throw new EngineError('rejected', 'no');
      return saysWords(id);
    });
    await transcription.setEngine(chosen(engine));
    await transcription.start();
    await pass(0);
    broken = false;
    const one = await app.inject({ method: 'POST', url: '/meetings/m/chunks/retry', payload: { chunkId: 'm-000001' } });
    expect(one.json()).toEqual({ retried: 1 });
    const all = await app.inject({ method: 'POST', url: '/meetings/m/chunks/retry' });
    expect(all.json()).toEqual({ retried: 2 });
    await pass(0);
    expect(await states()).toEqual(['done', 'done', 'done']);
    const unknown = await app.inject({ method: 'POST', url: '/meetings/x/chunks/retry' });
    expect(unknown.statusCode).toBe(404);
  });

  it('lists engines', async () => {
    const { app, transcription } = await open();
    expect((await app.inject('/engines')).json()).toEqual({ engines: [] });
    await transcription.setEngine(chosen(createTestEngine(saysWords)));
    expect((await app.inject('/engines')).json()).toMatchObject({
      engines: [{ name: 'test', active: true, state: 'ready', detail: 'a test', concurrency: 3 }],
    });
  });

  it('tries a recording, and says why it can’t', async () => {
    const { app, transcription } = await open();
    const { audio } = await spokenOgg('Yes.');
    expect((await app.inject(post(Buffer.from(audio)))).json()).toMatchObject({ error: { code: 'NO_ENGINE' } });
    await transcription.setEngine(chosen(createTestEngine(() => [{ startMs: 0, endMs: 500, text: 'Yes.' }])));
    const heard = await app.inject(post(Buffer.from(audio)));
    expect(heard.json()).toEqual({ engine: 'test', text: 'Yes.', tookMs: expect.any(Number) });
    expect((await app.inject(post(Buffer.from('{}'), 'application/json'))).json()).toMatchObject({
      error: { code: 'UNSUPPORTED_MEDIA' },
    });
    expect((await app.inject(post(Buffer.from('no sound')))).json()).toMatchObject({
      error: { code: 'UNSUPPORTED_MEDIA' },
    });
    expect((await app.inject(post(Buffer.alloc(1024 * 1024 + 1)))).statusCode).not.toBe(200);
    const busy = createTestEngine(() => Promise.reject(new EngineError('rate-limited', 'later', { retryAfterMs: 5 })));
    await transcription.setEngine(chosen(busy));
    expect((await app.inject(post(Buffer.from(audio)))).json()).toMatchObject({
      error: { code: 'ENGINE_FAILED', retryAfterMs: 5, retryable: true },
    });
  });
});

import pino from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openSqlite } from '../../adapters/database/index.ts';
import { createAiSdkEmbedModel, type EmbedModel } from '../../adapters/models/embed/index.ts';
import { fakeVector, startFakeEmbedProvider } from '../../adapters/models/embed/fake-provider.ts';
import { EngineError } from '../../adapters/models/transcribe/index.ts';
import { createEmbeddings, type EmbeddingsOptions } from './embeddings.ts';
import { embeddingLimits } from './limits.ts';

const dims = 8;
const log = pino({ level: 'silent' });
const signal = new AbortController().signal;

/** A clock that sleeping moves. */
function fakeTime() {
  let time = 1_000_000;
  const slept: number[] = [];
  return {
    slept,
    now: () => time,
    advance: (ms: number) => (time += ms),
    sleep: async (ms: number, end: AbortSignal) => {
      end.throwIfAborted();
      slept.push(ms);
      time += ms;
    },
  };
}

/** A model that gives vectors, or what `fault` throws for the nth call. */
function fakeModel(fault: (nth: number) => Error | null = () => null) {
  const calls: { texts: readonly string[]; purpose: string }[] = [];
  const model: EmbedModel = {
    id: `fake/model/${dims}`,
    name: 'fake',
    dims,
    maxTexts: 3,
    async embed(texts, purpose) {
      calls.push({ texts, purpose });
      const error = fault(calls.length);
      if (error) throw error;
      return texts.map((text) => Float32Array.from(fakeVector(text, dims)));
    },
  };
  return { model, calls };
}

function start(model: EmbedModel | null, options: Partial<EmbeddingsOptions> = {}) {
  const database = options.database ?? openSqlite(':memory:');
  if (!options.database) onTestFinished(() => database.destroy());
  const time = fakeTime();
  const embeddings = createEmbeddings({
    database,
    model,
    log,
    requestsPerMinute: 600,
    maxCacheBytes: 1 << 20,
    now: time.now,
    sleep: time.sleep,
    ...options,
  });
  return { database, embeddings, time };
}

const textsOf = (count: number, prefix = 'text') => Array.from({ length: count }, (_, at) => `${prefix} ${at}`);
const vectorsOf = (texts: readonly string[]) => texts.map((text) => Float32Array.from(fakeVector(text, dims)));

describe('vectors of passages', () => {
  it('come in the order of the texts, so many at once, with progress', async () => {
    const { model, calls } = fakeModel();
    const { embeddings } = start(model);
    const texts = textsOf(7);
    const progress: number[] = [];
    const vectors = await embeddings.ofPassages(texts, { signal, onProgress: (done) => progress.push(done) });
    expect(vectors).toEqual(vectorsOf(texts));
    expect(calls.map((call) => call.texts.length)).toEqual([3, 3, 1]);
    expect(calls[0]!.purpose).toBe('passage');
    expect(progress).toEqual([3, 6, 7]);
  });

  it('are paid for once for each text, also by a later process', async () => {
    const first = fakeModel();
    const { database, embeddings } = start(first.model);
    await embeddings.ofPassages(['a', 'b', 'a'], { signal });
    expect(first.calls.flatMap((call) => call.texts)).toEqual(['a', 'b']);
    const second = fakeModel();
    const later = start(second.model, { database });
    const progress: number[] = [];
    const vectors = await later.embeddings.ofPassages(['b', 'c', 'a'], {
      signal,
      onProgress: (done) => progress.push(done),
    });
    expect(vectors).toEqual(vectorsOf(['b', 'c', 'a']));
    expect(second.calls.flatMap((call) => call.texts)).toEqual(['c']);
    expect(progress).toEqual([2, 3]);
  });

  it('of another model are not taken for this one’s', async () => {
    const first = fakeModel();
    const { database, embeddings } = start(first.model);
    await embeddings.ofPassages(['a'], { signal });
    const second = fakeModel();
    const other = start({ ...second.model, id: 'fake/other/8' }, { database });
    await other.embeddings.ofPassages(['a'], { signal });
    expect(second.calls).toHaveLength(1);
  });

  it('take bounded room: those that were not used for longest go first', async () => {
    const { model, calls } = fakeModel();
    const rows = 40;
    const { database, embeddings, time } = start(model, {
      maxCacheBytes: rows * (4 * dims + embeddingLimits.bytesPerRow),
    });
    await embeddings.ofPassages(textsOf(20, 'old'), { signal });
    time.advance(embeddingLimits.useGrainMs);
    await embeddings.ofPassages(textsOf(20, 'new'), { signal });
    time.advance(embeddingLimits.useGrainMs);
    await embeddings.ofPassages(textsOf(5, 'old'), { signal });
    time.advance(1);
    await embeddings.ofPassages(textsOf(10, 'newest'), { signal });
    const { count } = await database
      .selectFrom('embeddings')
      .select((row) => row.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    expect(count).toBeLessThanOrEqual(rows);
    const before = calls.length;
    await embeddings.ofPassages([...textsOf(5, 'old'), ...textsOf(20, 'new'), ...textsOf(10, 'newest')], { signal });
    expect(calls.length).toBe(before);
    await embeddings.ofPassages(['old 10'], { signal });
    expect(calls.length).toBe(before + 1);
  });
});

describe('the pace', () => {
  it('is no more requests a minute than was set', async () => {
    const { model } = fakeModel();
    const { embeddings, time } = start(model, { requestsPerMinute: 60 });
    const startedAt = time.now();
    await embeddings.ofPassages(textsOf(3 * 66), { signal });
    expect(time.now() - startedAt).toBe(60_000);
  });

  it('is what the provider asks for', async () => {
    const limited = new EngineError('rate-limited', 'slower', { retryAfterMs: 7000 });
    const { model, calls } = fakeModel((nth) => (nth === 1 ? limited : null));
    const { embeddings, time } = start(model);
    expect(await embeddings.ofPassages(['a'], { signal })).toEqual(vectorsOf(['a']));
    expect(calls).toHaveLength(2);
    expect(time.slept).toEqual([7000]);
  });

  it('slows down while there is an outage, and gives up in the end with the error', async () => {
    const { model, calls } = fakeModel(() => new EngineError('unavailable', '503'));
    const { embeddings, time } = start(model);
    await expect(embeddings.ofPassages(['a'], { signal })).rejects.toMatchObject({
      name: 'EngineError',
      message: '503',
    });
    expect(calls).toHaveLength(embeddingLimits.maxTries);
    expect(time.slept).toEqual([1000, 2000, 4000, 8000]);
  });

  it.each(['quota', 'rejected'] as const)('leaves a model alone that is out of reach for good (%s)', async (kind) => {
    const { model, calls } = fakeModel((nth) => (nth === 1 ? new EngineError(kind, 'no') : null));
    const { embeddings, time } = start(model);
    await expect(embeddings.ofPassages(['a'], { signal })).rejects.toMatchObject({ kind });
    await expect(embeddings.ofPassages(['b'], { signal })).rejects.toMatchObject({ kind });
    expect(await embeddings.ofQuestion('what?', signal)).toBeNull();
    expect(calls).toHaveLength(1);
    expect(embeddings.resting()).toMatchObject({ until: time.now() + embeddingLimits.restMs, reason: 'no' });
    time.advance(embeddingLimits.restMs);
    expect(await embeddings.ofPassages(['b'], { signal })).toEqual(vectorsOf(['b']));
    expect(embeddings.resting()).toBeNull();
  });

  it('ends with the signal, while it waits and while it asks', async () => {
    const stop = new AbortController();
    const reason = new Error('cancelled');
    const { model } = fakeModel(() => {
      stop.abort(reason);
      return new EngineError('unavailable', 'was told to stop');
    });
    await expect(start(model).embeddings.ofPassages(['a'], { signal: stop.signal })).rejects.toBe(reason);
    const waiting = createEmbeddings({
      database: start(null).database,
      model: fakeModel().model,
      log,
      requestsPerMinute: 1,
      maxCacheBytes: 1 << 20,
    });
    const late = new AbortController();
    const work = waiting.ofPassages(textsOf(6), { signal: late.signal });
    setTimeout(() => late.abort(reason), 20);
    await expect(work).rejects.toBe(reason);
  });
});

describe('the vector of a question', () => {
  it('is asked for as one', async () => {
    const { model, calls } = fakeModel();
    const { embeddings } = start(model);
    expect(await embeddings.ofQuestion('a', signal)).toEqual(vectorsOf(['a'])[0]);
    expect(calls).toEqual([{ texts: ['a'], purpose: 'question' }]);
  });

  it('does not wait for the passages’ turn', async () => {
    const { model } = fakeModel();
    const { embeddings, time } = start(model, { requestsPerMinute: 1 });
    await embeddings.ofPassages(['a'], { signal });
    expect(await embeddings.ofQuestion('b', signal)).not.toBeNull();
    expect(time.slept).toEqual([]);
  });

  it('is none where the provider hangs, and others do not wait for it either', async () => {
    const provider = await startFakeEmbedProvider('openai', () => ({ kind: 'hang' }));
    onTestFinished(() => provider.close());
    const model = createAiSdkEmbedModel({
      provider: 'openai',
      model: 'm',
      dims,
      apiKey: 'k',
      baseUrl: provider.url,
      requestTimeoutMs: 60_000,
    });
    const { embeddings } = start(model);
    expect(await embeddings.ofQuestion('a', signal)).toBeNull();
    expect(await embeddings.ofQuestion('b', signal)).toBeNull();
    expect(provider.calls).toHaveLength(1);
    await expect.poll(() => provider.open()).toBe(0);
  });

  it('is none where there is no model', async () => {
    const { embeddings } = start(null);
    expect(embeddings.model).toBeNull();
    expect(await embeddings.ofQuestion('a', signal)).toBeNull();
    await expect(embeddings.ofPassages(['a'], { signal })).rejects.toBeInstanceOf(EngineError);
  });

  it('ends with whoever asks', async () => {
    const { embeddings } = start(fakeModel().model);
    const gone = AbortSignal.abort(new Error('gone'));
    await expect(embeddings.ofQuestion('a', gone)).rejects.toThrow('gone');
  });
});

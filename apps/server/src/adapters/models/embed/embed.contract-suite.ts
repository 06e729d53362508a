import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { EngineError } from '../transcribe/contract.ts';
import type { EmbedModel } from './contract.ts';
import type { EmbedReply, FakeEmbedProvider } from './fake-provider.ts';

export interface Subject {
  model: EmbedModel;
  provider: FakeEmbedProvider;
  /** The vector that the provider gives for the text. */
  vectorOf: (text: string) => readonly number[];
}

const texts = ['The budget is 4 000 francs.', 'Ana sends the plan.', 'Nobody has asked.'];

/** What every `EmbedModel` guarantees. `start` gives one whose provider answers as told, with the given time-out. */
export function embedContract(
  name: string,
  start: (answer: () => EmbedReply, requestTimeoutMs: number) => Promise<Subject>,
): void {
  describe(`${name} as an embedding model`, () => {
    const started: Subject[] = [];
    afterEach(async () => {
      await Promise.all(started.splice(0).map(({ provider }) => provider.close()));
    });

    async function subject(reply: EmbedReply, requestTimeoutMs = 10_000): Promise<Subject> {
      const made = await start(() => reply, requestTimeoutMs);
      started.push(made);
      return made;
    }

    async function failure(reply: EmbedReply): Promise<{ error: EngineError; calls: number }> {
      const { model, provider } = await subject(reply);
      const error = await model.embed(texts, 'passage', new AbortController().signal).then(
        () => new Error('it resolved'),
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(EngineError);
      return { error: error as EngineError, calls: provider.calls.length };
    }

    it('gives a vector for each text, in their order, of as many numbers as it says', async () => {
      const { model, provider, vectorOf } = await subject({ kind: 'vectors' });
      const vectors = await model.embed(texts, 'passage', new AbortController().signal);
      expect(vectors.map(({ length }) => length)).toEqual(texts.map(() => model.dims));
      expect(vectors).toEqual(texts.map((text) => Float32Array.from(vectorOf(text))));
      expect(provider.calls).toHaveLength(1);
    });

    it('gives one for one text', async () => {
      const { model } = await subject({ kind: 'vectors' });
      const [vector, ...none] = await model.embed(texts.slice(0, 1), 'question', new AbortController().signal);
      expect(vector).toHaveLength(model.dims);
      expect(none).toEqual([]);
    });

    it('makes one call of as many texts as it takes, and none of more', async () => {
      const { model, provider } = await subject({ kind: 'vectors' });
      const many = Array.from({ length: model.maxTexts }, (_, at) => `${at} ${'x'.repeat(1000)}`);
      expect(await model.embed(many, 'passage', new AbortController().signal)).toHaveLength(many.length);
      expect(provider.calls).toHaveLength(1);
      const tooMany = model.embed([...many, 'one more'], 'passage', new AbortController().signal);
      await expect(tooMany).rejects.toMatchObject({ name: 'EngineError', kind: 'rejected' });
      expect(provider.calls).toHaveLength(1);
    });

    it('says how long to wait where it is limited, and tries once only', async () => {
      const { error, calls } = await failure({ kind: 'status', status: 429, retryAfter: '7' });
      expect(error).toMatchObject({ kind: 'rate-limited', retryAfterMs: 7000 });
      expect(calls).toBe(1);
    });

    it('knows a spent quota from a rate limit', async () => {
      const body = { error: { message: 'You exceeded your current quota', code: 'insufficient_quota' } };
      expect((await failure({ kind: 'status', status: 429, body })).error.kind).toBe('quota');
    });

    it.each([500, 503])('takes %i for an outage', async (status) => {
      const { error, calls } = await failure({ kind: 'status', status });
      expect(error.kind).toBe('unavailable');
      expect(calls).toBe(1);
    });

    it('takes what can never work for rejected', async () => {
      expect((await failure({ kind: 'status', status: 400 })).error.kind).toBe('rejected');
    });

    it('says so where vectors are of another size than was asked for', async () => {
      const { error } = await failure({ kind: 'dims', dims: 5 });
      expect(error).toMatchObject({ kind: 'rejected', message: expect.stringContaining('gave 5 numbers') });
    });

    it.each<[string, EmbedReply]>([
      ['a vector too few', { kind: 'too-few' }],
      ['vectors of nothing but 0', { kind: 'zeros' }],
      ['a page of HTML', { kind: 'garbage' }],
    ])('fails on %s', async (_, reply) => {
      expect((await failure(reply)).error.kind).toBe('failed');
    });

    it('takes a cut answer for the provider’s trouble', async () => {
      expect(['unavailable', 'failed']).toContain((await failure({ kind: 'cut' })).error.kind);
    });

    it('gives a hanging call up, and closes it', async () => {
      const { model, provider } = await subject({ kind: 'hang' }, 300);
      const call = model.embed(texts, 'passage', new AbortController().signal);
      await expect(call).rejects.toMatchObject({ name: 'EngineError', kind: 'unavailable' });
      await expect.poll(() => provider.open()).toBe(0);
    });

    it('ends the call at once where it is told to', async () => {
      const { model, provider } = await subject({ kind: 'hang' });
      const stop = new AbortController();
      const refused = model.embed(texts, 'passage', stop.signal).catch((error: unknown) => error);
      await expect.poll(() => provider.open()).toBe(1);
      stop.abort();
      expect(await refused).toBeInstanceOf(EngineError);
      await expect.poll(() => provider.open()).toBe(0);
    });

    it('quotes nothing of what was sent, since errors are logged', async () => {
      for (const reply of [{ kind: 'too-few' }, { kind: 'garbage' }, { kind: 'cut' }] satisfies EmbedReply[]) {
        expect(inspect((await failure(reply)).error, { depth: 10 })).not.toMatch(/francs|Ana/);
      }
    });

    it('is out of reach where nobody listens', async () => {
      const { model, provider } = await subject({ kind: 'hang' });
      await provider.close();
      started.length = 0;
      const call = model.embed(texts, 'passage', new AbortController().signal);
      await expect(call).rejects.toMatchObject({ kind: 'unavailable' });
    });
  });
}

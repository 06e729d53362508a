import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { EngineError } from '../transcribe/contract.ts';
import type { GenerateEngine } from './contract.ts';
import type { FakeProvider, ReceivedCall, Reply } from './fake-provider.ts';

export interface Subject {
  engine: GenerateEngine;
  provider: FakeProvider;
}

const schema = z.object({ text: z.string(), lines: z.array(z.number()) });
const system = 'You write minutes.';
const prompt = 'Line 1: Hello.';

/** What every `GenerateEngine` guarantees. `start` gives one whose provider answers as told, with the given time-out. */
export function generateContract(
  name: string,
  start: (answer: (call: ReceivedCall) => Reply, requestTimeoutMs: number) => Promise<Subject>,
): void {
  describe(`${name} as a generate engine`, () => {
    const started: Subject[] = [];
    afterEach(async () => {
      await Promise.all(started.splice(0).map(({ provider }) => provider.close()));
    });

    async function subject(reply: Reply, requestTimeoutMs = 10_000): Promise<Subject> {
      const made = await start(() => reply, requestTimeoutMs);
      started.push(made);
      return made;
    }

    async function failure(reply: Reply, requestTimeoutMs?: number): Promise<{ error: EngineError; calls: number }> {
      const { engine, provider } = await subject(reply, requestTimeoutMs);
      const error = await engine.generate({ system, prompt, schema }, new AbortController().signal).then(
        () => new Error('it resolved'),
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(EngineError);
      return { error: error as EngineError, calls: provider.calls.length };
    }

    it('gives the answer in the shape that was asked for', async () => {
      const value = { text: 'They met.', lines: [1] };
      const { engine, provider } = await subject({ kind: 'json', value });
      expect(await engine.generate({ system, prompt, schema }, new AbortController().signal)).toEqual(value);
      expect(provider.calls).toHaveLength(1);
      expect(provider.calls[0]).toMatchObject({ system, prompt });
    });

    it('sends the schema along, so that the provider can hold its model to it', async () => {
      const { engine, provider } = await subject({ kind: 'json', value: { text: '', lines: [] } });
      await engine.generate({ system, prompt, schema }, new AbortController().signal);
      expect(JSON.stringify(provider.calls[0]!.body)).toContain('"lines":{"type":"array"');
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
      expect((await failure({ kind: 'status', status: 413 })).error.kind).toBe('rejected');
    });

    it('gives a hanging call up, and closes it', async () => {
      const { engine, provider } = await subject({ kind: 'hang' }, 300);
      const call = engine.generate({ system, prompt, schema }, new AbortController().signal);
      await expect(call).rejects.toMatchObject({ name: 'EngineError', kind: 'unavailable' });
      await expect.poll(() => provider.open()).toBe(0);
    });

    it('ends the call at once where it is told to', async () => {
      const { engine, provider } = await subject({ kind: 'hang' });
      const stop = new AbortController();
      const call = engine.generate({ system, prompt, schema }, stop.signal);
      const refused = call.catch((error: unknown) => error);
      await expect.poll(() => provider.open()).toBe(1);
      stop.abort();
      expect(await refused).toBeInstanceOf(EngineError);
      await expect.poll(() => provider.open()).toBe(0);
    });

    it('takes a cut answer for the provider’s trouble', async () => {
      expect(['unavailable', 'failed']).toContain((await failure({ kind: 'cut' })).error.kind);
    });

    it.each<[string, Reply]>([
      ['a page of HTML', { kind: 'garbage' }],
      ['words instead of JSON', { kind: 'text', text: 'Sure! Here are your minutes.' }],
      ['half of a JSON', { kind: 'text', text: '{"text": "They m' }],
      ['JSON of another shape', { kind: 'json', value: { text: 5, lines: 'one' } }],
    ])('fails on %s', async (_, reply) => {
      expect((await failure(reply)).error.kind).toBe('failed');
    });

    it('quotes nothing of what was sent or answered, since errors are logged', async () => {
      for (const reply of [
        { kind: 'text', text: 'A secret was told.' },
        { kind: 'json', value: { text: 5, lines: ['A secret was told.'] } },
      ] satisfies Reply[]) {
        const { error } = await failure(reply);
        expect(inspect(error, { depth: 10 })).not.toMatch(/secret was told|Hello/);
      }
    });

    it('is out of reach where nobody listens', async () => {
      const { engine, provider } = await subject({ kind: 'hang' });
      await provider.close();
      started.length = 0;
      const call = engine.generate({ system, prompt, schema }, new AbortController().signal);
      await expect(call).rejects.toMatchObject({ kind: 'unavailable' });
    });
  });
}

import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { EngineError } from '../transcribe/contract.ts';
import { createAiSdkTextEngine, type Provider } from './ai-sdk.ts';
import { startFakeProvider, type FakeProvider, type Reply } from './fake-provider.ts';

const request = { system: 'You answer.', prompt: 'A secret question.' };

describe.each<Provider>(['groq', 'gemini', 'openai'])('%s as a text engine', (provider) => {
  const started: FakeProvider[] = [];
  afterEach(async () => {
    await Promise.all(started.splice(0).map((server) => server.close()));
  });

  async function subject(reply: Reply, requestTimeoutMs = 10_000) {
    const server = await startFakeProvider(provider, () => reply);
    started.push(server);
    const options = { provider, model: 'some-model', apiKey: 'secret', baseUrl: server.url, requestTimeoutMs };
    return { server, engine: createAiSdkTextEngine(options) };
  }

  /** What was written, and how it ended. */
  async function written(reply: Reply, { timeoutMs = 10_000, signal = new AbortController().signal } = {}) {
    const { server, engine } = await subject(reply, timeoutMs);
    const pieces: string[] = [];
    const error = await (async () => {
      for await (const piece of engine.write(request, signal)) pieces.push(piece);
    })().then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error === null || error instanceof EngineError).toBe(true);
    return { server, pieces, error: error as EngineError | null };
  }

  it('gives the text in pieces as they come', async () => {
    const text = 'Theora takes no RGB [1]. It says so on page 17 [2].';
    const { server, pieces, error } = await written({ kind: 'text', text });
    expect(error).toBeNull();
    expect(pieces.join('')).toBe(text);
    expect(pieces.length).toBeGreaterThan(2);
    expect(server.calls).toHaveLength(1);
    expect(server.calls[0]).toMatchObject(request);
  });

  it('says how long to wait where it is limited, and tries once only', async () => {
    const { server, error } = await written({ kind: 'status', status: 429, retryAfter: '7' });
    expect(error).toMatchObject({ kind: 'rate-limited', retryAfterMs: 7000 });
    expect(server.calls).toHaveLength(1);
  });

  it.each([
    [500, 'unavailable'],
    [401, 'unavailable'],
    [413, 'rejected'],
  ])('takes %i for %s', async (status, kind) => {
    expect((await written({ kind: 'status', status })).error).toMatchObject({ kind });
  });

  it.each<Reply>([
    { kind: 'cut', text: 'Half of this comes. The rest is lost.' },
    { kind: 'unfinished', text: 'Half of this comes. The rest is lost.' },
  ])('notices an answer that breaks off ($kind)', async (reply) => {
    const { pieces, error } = await written(reply);
    expect(['unavailable', 'failed']).toContain(error?.kind);
    expect('Half of this comes. The rest is lost.'.startsWith(pieces.join(''))).toBe(true);
  });

  it('fails on what is not the provider’s format', async () => {
    expect((await written({ kind: 'garbage' })).error?.kind).toBe('failed');
  });

  it('gives a hanging call up, and closes it', async () => {
    const { server, error } = await written({ kind: 'hang' }, { timeoutMs: 300 });
    expect(error?.kind).toBe('unavailable');
    await expect.poll(() => server.open()).toBe(0);
  });

  it('ends the call when it is told to, or when nobody reads on', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 150);
    const { server, error } = await written({ kind: 'hang' }, { signal: stop.signal });
    expect(error).toBeInstanceOf(EngineError);
    await expect.poll(() => server.open()).toBe(0);

    const slow = await subject({ kind: 'text', text: 'word '.repeat(200), pauseMs: 50 });
    const left = new AbortController();
    for await (const piece of slow.engine.write(request, left.signal)) {
      expect(piece).not.toBe('');
      break;
    }
    await expect.poll(() => slow.server.open()).toBe(0);
  });

  it('quotes nothing of what was sent or answered, since errors are logged', async () => {
    const replies: Reply[] = [
      { kind: 'cut', text: 'A secret answer. A secret answer.' },
      { kind: 'garbage' },
      { kind: 'status', status: 500 },
    ];
    for (const reply of replies) {
      const { error } = await written(reply);
      expect(inspect(error, { depth: 10 })).not.toMatch(/secret (question|answer)/);
    }
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import { startFakeProvider, type FakeProvider } from '../../adapters/models/generate/fake-provider.ts';
import { createAnswerEngines } from './engines.ts';

const started: FakeProvider[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.close()));
});

const requestTimeoutMs = 10_000;

async function drain(text: AsyncIterable<string>): Promise<void> {
  for await (const piece of text) void piece;
}

describe('who answers', () => {
  it.each([
    [{ groqApiKey: 'a', geminiApiKey: 'b' }, 'auto', 'groq'],
    [{ openaiBaseUrl: 'http://127.0.0.1:9' }, 'auto', 'openai'],
    [{ groqApiKey: 'a', geminiApiKey: 'b' }, 'gemini', 'gemini'],
    [{ groqApiKey: 'a' }, 'quotes', undefined],
    [{ groqApiKey: 'a' }, 'openai', undefined],
    [{}, 'auto', undefined],
  ] as const)('with %o and %s it is %s', (keys, engine, name) => {
    const engines = createAnswerEngines({ engine, requestTimeoutMs, ...keys });
    expect(engines.active?.name).toBe(name);
    const active = engines.statuses().filter((status) => status.active);
    expect(active).toMatchObject([{ name: name ?? 'quotes', task: 'answers', state: 'ready' }]);
  });

  it('is left alone while it is limited, and says until when', async () => {
    const server = await startFakeProvider('groq', (_, nth) =>
      nth === 1 ? { kind: 'status', status: 429, retryAfter: '7' } : { kind: 'text', text: 'Yes [1].' },
    );
    started.push(server);
    let now = 1000;
    const engines = createAnswerEngines(
      { engine: 'auto', groqApiKey: 'a', groqBaseUrl: server.url, requestTimeoutMs },
      () => now,
    );
    const ask = () => drain(engines.active!.write({ system: 's', prompt: 'p' }, new AbortController().signal));
    await expect(ask()).rejects.toMatchObject({ kind: 'rate-limited' });
    await expect(ask()).rejects.toMatchObject({ kind: 'rate-limited' });
    expect(server.calls).toHaveLength(1);
    expect(engines.statuses()[0]).toMatchObject({ name: 'groq', state: 'paused', resumesAt: 8000 });
    now = 8001;
    await ask();
    expect(server.calls).toHaveLength(2);
    expect(engines.statuses()[0]).toMatchObject({ state: 'ready', resumesAt: null });
  });
});

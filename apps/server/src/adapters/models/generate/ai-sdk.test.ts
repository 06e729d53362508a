import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createAiSdkEngine, type Provider } from './ai-sdk.ts';
import { generateContract } from './contract-suite.ts';
import { startFakeProvider } from './fake-provider.ts';

const providers: readonly Provider[] = ['groq', 'gemini', 'openai'];

for (const provider of providers) {
  generateContract(provider, async (answer, requestTimeoutMs) => {
    const server = await startFakeProvider(provider, answer);
    const engine = createAiSdkEngine({
      provider,
      model: 'some-model',
      apiKey: 'secret',
      baseUrl: server.url,
      requestTimeoutMs,
    });
    return { engine, provider: server };
  });
}

describe('what goes over the wire', () => {
  it.each([
    ['groq', '/v1/chat/completions', 'authorization', 'Bearer secret'],
    ['gemini', '/v1/models/some-model:generateContent', 'x-goog-api-key', 'secret'],
    ['openai', '/v1/chat/completions', 'authorization', 'Bearer secret'],
  ] as const)('%s is called at its address with its key', async (provider, path, header, value) => {
    const server = await startFakeProvider(provider, () => ({ kind: 'json', value: { text: 'x' } }));
    try {
      const options = {
        provider,
        model: 'some-model',
        apiKey: 'secret',
        baseUrl: server.url,
        requestTimeoutMs: 10_000,
      };
      const schema = z.object({ text: z.string() });
      const request = { system: 'a', prompt: 'b', schema };
      await createAiSdkEngine(options).generate(request, new AbortController().signal);
      expect(server.calls[0]!.path).toBe(path);
      expect(server.calls[0]!.headers[header]).toBe(value);
    } finally {
      await server.close();
    }
  });
});

describe('Groq', () => {
  it('may be asked again where its model’s words did not fit the schema', async () => {
    const body = {
      error: { message: 'Failed to generate JSON.', code: 'json_validate_failed', failed_generation: '{' },
    };
    const server = await startFakeProvider('groq', () => ({ kind: 'status', status: 400, body }));
    try {
      const engine = createAiSdkEngine({
        provider: 'groq',
        model: 'm',
        apiKey: 'k',
        baseUrl: server.url,
        requestTimeoutMs: 10_000,
      });
      const request = { system: 'a', prompt: 'b', schema: z.object({ text: z.string() }) };
      await expect(engine.generate(request, new AbortController().signal)).rejects.toMatchObject({ kind: 'failed' });
    } finally {
      await server.close();
    }
  });
});

import { describe, expect, it, onTestFinished } from 'vitest';
import { createAiSdkEmbedModel, type AiSdkEmbedOptions, type EmbedProvider } from './ai-sdk.ts';
import type { EmbedPurpose } from './contract.ts';
import { embedContract } from './embed.contract-suite.ts';
import { fakeVector, startFakeEmbedProvider } from './fake-provider.ts';

const providers: readonly EmbedProvider[] = ['gemini', 'openai', 'ollama'];
const dims = 12;

for (const provider of providers) {
  embedContract(provider, async (answer, requestTimeoutMs) => {
    const server = await startFakeEmbedProvider(provider, answer);
    const options = { provider, model: 'some-model', dims, apiKey: 'secret', baseUrl: server.url, requestTimeoutMs };
    return {
      model: createAiSdkEmbedModel(options),
      provider: server,
      vectorOf: (text) => fakeVector(text, dims),
    };
  });
}

/** What one call sends. */
async function sent(options: Partial<AiSdkEmbedOptions> & { provider: EmbedProvider }, purpose: EmbedPurpose) {
  const server = await startFakeEmbedProvider(options.provider);
  onTestFinished(() => server.close());
  const model = createAiSdkEmbedModel({
    model: 'some-model',
    dims,
    apiKey: 'secret',
    baseUrl: server.url,
    requestTimeoutMs: 10_000,
    ...options,
  });
  await model.embed(['one', 'two'], purpose, new AbortController().signal);
  return server.calls[0]!;
}

describe('what goes over the wire', () => {
  it.each([
    ['gemini', '/v1/models/some-model:batchEmbedContents', 'x-goog-api-key', 'secret'],
    ['openai', '/v1/embeddings', 'authorization', 'Bearer secret'],
    ['ollama', '/v1/embeddings', 'authorization', 'Bearer secret'],
  ] as const)('%s is called at its address, with its key and the dimensions', async (provider, path, header, value) => {
    const call = await sent({ provider }, 'passage');
    expect(call).toMatchObject({ path, texts: ['one', 'two'], dims });
    expect(call.headers[header]).toBe(value);
  });

  it.each([
    ['passage', 'RETRIEVAL_DOCUMENT'],
    ['question', 'RETRIEVAL_QUERY'],
  ] as const)('Gemini is told that a text is a %s', async (purpose, taskType) => {
    const { body } = await sent({ provider: 'gemini' }, purpose);
    expect((body as { requests: object[] }).requests[1]).toMatchObject({ taskType });
  });

  it.each([
    ['passage', 'search_document: one'],
    ['question', 'search_query: one'],
  ] as const)('Nomic’s models read in a text that it is a %s', async (purpose, text) => {
    const call = await sent({ provider: 'ollama', model: 'nomic-embed-text:latest' }, purpose);
    expect(call.texts[0]).toBe(text);
  });

  it('an Ollama address may end in a slash, and needs no key', async () => {
    const server = await startFakeEmbedProvider('ollama');
    onTestFinished(() => server.close());
    const options = {
      provider: 'ollama',
      model: 'm',
      dims,
      baseUrl: `${server.url}/`,
      requestTimeoutMs: 5000,
    } as const;
    await createAiSdkEmbedModel(options).embed(['one'], 'passage', new AbortController().signal);
    expect(server.calls[0]!.path).toBe('/v1/embeddings');
  });
});

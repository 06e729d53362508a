import pino from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { openSqlite } from '../../adapters/database/index.ts';
import { EngineError } from '../../adapters/models/transcribe/index.ts';
import { chooseEmbedModel, type EmbeddingsConfig } from './choose-model.ts';
import { createEmbeddings } from './embeddings.ts';
import { embeddingStatuses } from './statuses.ts';

const nothing: EmbeddingsConfig = {
  provider: 'auto',
  dims: 768,
  requestTimeoutMs: 1000,
  requestsPerMinute: 60,
  maxCacheBytes: 1 << 20,
};
const key = 'secret';
const url = 'http://127.0.0.1:9';

it.each<[string | null, Partial<EmbeddingsConfig>]>([
  [null, {}],
  ['gemini/gemini-embedding-001/768', { geminiApiKey: key, openaiApiKey: key, ollamaBaseUrl: url }],
  ['openai/text-embedding-3-small/768', { openaiApiKey: key, ollamaBaseUrl: url }],
  ['ollama/nomic-embed-text/768', { ollamaBaseUrl: url }],
  // A server that speaks another part of OpenAI's API need not have embeddings.
  [null, { openaiBaseUrl: url }],
  ['openai/own/512', { provider: 'openai', openaiBaseUrl: url, openaiModel: 'own', dims: 512 }],
  ['ollama/nomic-embed-text/768', { provider: 'ollama', geminiApiKey: key }],
  [null, { provider: 'gemini', openaiApiKey: key }],
  [null, { provider: 'none', geminiApiKey: key }],
])('chooses %s', (id, config) => {
  expect(chooseEmbedModel({ ...nothing, ...config })?.id ?? null).toBe(id);
});

function statusesOf(config: EmbeddingsConfig, error: Error | null = null) {
  const database = openSqlite(':memory:');
  onTestFinished(() => database.destroy());
  const model = chooseEmbedModel(config);
  const embeddings = createEmbeddings({
    database,
    model: model && { ...model, embed: () => Promise.reject(error!) },
    log: pino({ level: 'silent' }),
    requestsPerMinute: 60,
    maxCacheBytes: 1 << 20,
  });
  return { embeddings, statuses: () => embeddingStatuses(config, embeddings) };
}

it('shows in Settings which is in use, and how to have the others', () => {
  const { statuses } = statusesOf({ ...nothing, openaiApiKey: key });
  expect(statuses()).toMatchObject([
    {
      name: 'gemini',
      task: 'embeddings',
      active: false,
      state: 'missing',
      detail: expect.stringContaining('GEMINI_API_KEY'),
    },
    { name: 'openai', active: true, state: 'ready', detail: expect.stringContaining('text-embedding-3-small') },
    { name: 'ollama', active: false, state: 'missing', kind: 'local' },
  ]);
});

it('shows why the one in use is not asked', async () => {
  const { embeddings, statuses } = statusesOf({ ...nothing, geminiApiKey: key }, new EngineError('quota', 'is spent'));
  await embeddings.ofPassages(['a'], { signal: new AbortController().signal }).catch(() => {});
  expect(statuses()[0]).toMatchObject({ active: true, state: 'paused', detail: expect.stringContaining('is spent') });
  expect(statuses()[0]!.resumesAt).toBeGreaterThan(Date.now());
});

it('says so where the one that was chosen is not set up', () => {
  expect(statusesOf({ ...nothing, provider: 'gemini' }).statuses()[0]!.detail).toMatch(/^Chosen, but not set up/);
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { providerFaults } from './provider-faults.ts';
import { transcribeEngineContract } from './contract-suite.ts';
import { providerWires, startProviderTestServer, type ProviderTestServer } from './provider-test-server.ts';
import { spokenOgg } from './test-audio.ts';
import { createWhisperApi } from './whisper-api.ts';

const concurrency = { start: 2, max: 8 };
const open =
  (name: 'groq' | 'openai') =>
  async (timeoutMs?: number, apiKey = 'a-key') => {
    const server = await startProviderTestServer(providerWires[name], 'a-key');
    const { baseUrl } = server;
    const timeout = timeoutMs === undefined ? {} : { timeoutMs };
    const engine = createWhisperApi({
      name,
      apiKey,
      baseUrl,
      model: 'whisper-large-v3-turbo',
      concurrency,
      ...timeout,
    });
    return { server, engine, close: () => server.close() };
  };

for (const name of ['groq', 'openai'] as const) {
  transcribeEngineContract(name, open(name));
  providerFaults(name, open(name));
}

describe('the request', () => {
  let server: ProviderTestServer;
  beforeAll(async () => {
    server = await startProviderTestServer(providerWires.openai, 'a-key');
  });
  afterAll(() => server.close());

  it('has what the API asks for, and gives times where the answer has them', async () => {
    const request = await spokenOgg('The committee will meet again.');
    const options = { name: 'openai', apiKey: 'a-key', model: 'whisper-1', concurrency } as const;
    const engine = createWhisperApi({ ...options, baseUrl: `${server.baseUrl}/` });
    const lines = await engine.transcribe({ ...request, language: 'de-AT' }, new AbortController().signal);
    expect(server.seen).toEqual([
      {
        path: '/v1/audio/transcriptions',
        key: 'a-key',
        audioBytes: request.audio.length,
        fields: {
          model: 'whisper-1',
          response_format: 'verbose_json',
          temperature: '0',
          language: 'de',
          fileName: 'chunk.ogg',
        },
      },
    ]);
    expect(lines).toEqual([
      { startMs: 100, endMs: 1400, text: 'The committee will meet' },
      { startMs: 1400, endMs: 2600, text: 'again on Tuesday.' },
    ]);
  });

  it('takes an answer that has text only', async () => {
    const request = await spokenOgg('The committee will meet again.');
    server.fail({ kind: 'status', status: 200, body: '{"text": " Hello. "}' });
    const engine = createWhisperApi({
      name: 'openai',
      apiKey: 'a-key',
      model: 'gpt-4o-transcribe',
      concurrency,
      baseUrl: server.baseUrl,
    });
    expect(await engine.transcribe(request, new AbortController().signal)).toEqual([
      { startMs: 0, endMs: request.durationMs, text: 'Hello.' },
    ]);
  });
});

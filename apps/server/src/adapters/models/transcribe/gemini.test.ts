import { expect, it } from 'vitest';
import { transcribeEngineContract } from './contract-suite.ts';
import { createGemini } from './gemini.ts';
import { providerFaults } from './provider-faults.ts';
import { providerWires, startProviderTestServer } from './provider-test-server.ts';
import { spokenOgg } from './test-audio.ts';

const concurrency = { start: 2, max: 8 };

async function open(timeoutMs?: number, apiKey = 'a-key') {
  const server = await startProviderTestServer(providerWires.gemini, 'a-key');
  const timeout = timeoutMs === undefined ? {} : { timeoutMs };
  const engine = createGemini({ apiKey, baseUrl: server.baseUrl, model: 'gemini-test', concurrency, ...timeout });
  return { server, engine, close: () => server.close() };
}

transcribeEngineContract('gemini', open);
providerFaults('gemini', open);

it('sends the sound whole, and asks for words only', async () => {
  const { server, engine } = await open();
  const request = await spokenOgg('The committee will meet again.');
  await engine.transcribe({ ...request, language: 'de' }, new AbortController().signal);
  expect(server.seen).toMatchObject([
    {
      audioBytes: request.audio.length,
      fields: { temperature: 0, text: expect.stringMatching(/word for word.*de\./s) },
    },
  ]);
  await server.close();
});

it('takes a refused key for the engine’s fault where Google answers 400', async () => {
  const { server, engine } = await open();
  const body = JSON.stringify({ error: { code: 400, message: 'API key not valid.', status: 'INVALID_ARGUMENT' } });
  server.fail({ kind: 'status', status: 400, body });
  const call = engine.transcribe(await spokenOgg('The committee will meet again.'), new AbortController().signal);
  await expect(call).rejects.toMatchObject({ kind: 'unavailable' });
  await server.close();
});

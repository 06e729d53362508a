import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { silentOgg } from '../../adapters/models/transcribe/test-audio.ts';
import { createSileroGate, createSpeechGate, createVoiceGate } from './index.ts';
import { speechGateContract } from './speech-gate.contract-suite.ts';

const sileroModel = join(fileURLToPath(import.meta.resolve('@ricky0123/vad-web')), '..', 'silero_vad_v5.onnx');

speechGateContract('the voice gate', () => createVoiceGate());
speechGateContract('the Silero gate', () => createSileroGate({ modelFile: sileroModel }));

describe('the speech gate', () => {
  it('is Silero’s where a model is given, else the built-in one', () => {
    expect(createSpeechGate({ vadModelFile: sileroModel }).name).toBe('silero');
    expect(createSpeechGate({}).name).toBe('voice');
  });

  it.each(['/nowhere/silero.onnx', import.meta.filename])('says that %s is no model', async (vadModelFile) => {
    const gate = createSpeechGate({ vadModelFile });
    const call = gate.hasSpeech((await silentOgg(1)).audio, new AbortController().signal);
    await expect(call).rejects.toMatchObject({ kind: expect.stringMatching(/unavailable|failed/) });
    await gate.close();
  });
});

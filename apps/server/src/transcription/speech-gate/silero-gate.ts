import { createSherpaProcess, EngineError } from '../../adapters/models/transcribe/index.ts';
import type { SpeechGate } from './contract.ts';

interface SileroGateOptions {
  /** A Silero VAD model, v4 to v6. */
  modelFile: string;
  idleMs?: number;
  minSpeechMs?: number;
}

/** Silero's neural detector, run by sherpa-onnx in a child process of about 140 MB that ends when it is idle. */
export function createSileroGate({ modelFile, idleMs = 60_000, minSpeechMs = 250 }: SileroGateOptions): SpeechGate {
  const child = createSherpaProcess({ timeoutMs: 60_000, idleMs });
  return {
    name: 'silero',
    async hasSpeech(ogg, signal) {
      try {
        return (await child.detectSpeech(ogg, modelFile, signal)) >= minSpeechMs;
      } catch (error) {
        if (error instanceof EngineError && error.kind === 'rejected') throw new RangeError(error.message);
        throw error;
      }
    },
    close: () => child.close(),
  };
}

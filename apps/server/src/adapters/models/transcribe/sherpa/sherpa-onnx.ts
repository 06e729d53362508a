import { availableParallelism } from 'node:os';
import { EngineError, type TranscribeEngine } from '../contract.ts';
import { asEngineError } from '../engine-error.ts';
import { readModelLayout } from './model-layout.ts';
import { createSherpaProcess } from './sherpa-process.ts';

interface SherpaOnnxOptions {
  /** The folder of a model as its project publishes it. */
  modelDir: string;
  language?: string | undefined;
  concurrency?: number;
}

/** A neural recogniser on this machine, in a child process that loads the model on first use and ends when it is idle. */
export function createSherpaOnnx({ modelDir, language, concurrency = 3 }: SherpaOnnxOptions): TranscribeEngine {
  const child = createSherpaProcess({ threads: Math.max(1, Math.floor(availableParallelism() / concurrency)) });
  let worked = false;
  return {
    name: 'sherpa-onnx',
    kind: 'local',
    concurrency: { start: concurrency, max: concurrency },
    caveat: null,
    async transcribe({ audio }, signal) {
      try {
        const lines = await child.transcribe(audio, readModelLayout(modelDir, language), signal);
        worked = true;
        return lines;
      } catch (error) {
        const failure = asEngineError(error);
        // Until the model has once worked, a crash is the model's doing and no chunk's.
        if (worked || failure.kind !== 'failed') throw failure;
        throw new EngineError('unavailable', `its model can't be used: ${failure.message}`, { cause: error });
      }
    },
    close: () => child.close(),
  };
}

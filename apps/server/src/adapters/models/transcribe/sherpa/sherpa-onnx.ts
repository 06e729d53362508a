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
  timeoutMs?: number;
  idleMs?: number;
}

/** A neural recogniser on this machine, in a child process that loads the model on first use and ends when it is idle. */
export function createSherpaOnnx(options: SherpaOnnxOptions): TranscribeEngine {
  const { modelDir, language, concurrency = 3, timeoutMs = 120_000, idleMs = 300_000 } = options;
  const child = createSherpaProcess({ timeoutMs, idleMs });
  const threads = Math.max(1, Math.floor(availableParallelism() / concurrency));
  return {
    name: 'sherpa-onnx',
    kind: 'local',
    concurrency: { start: concurrency, max: concurrency },
    caveat: null,
    async transcribe({ audio }, signal) {
      try {
        const model = readModelLayout(modelDir, language);
        const answer = await child.ask({ task: 'transcribe', audio, model, threads }, signal);
        if (!('lines' in answer)) throw new EngineError('failed', 'answered something else');
        return answer.lines;
      } catch (error) {
        throw asEngineError(error);
      }
    },
    close: () => child.close(),
  };
}

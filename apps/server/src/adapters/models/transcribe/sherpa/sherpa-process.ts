import { fork } from 'node:child_process';
import { extname, join } from 'node:path';
import { EngineError, type TranscribedLine } from '../contract.ts';
import { createHelper, HelperEnded, type HelperPeer } from '../helper.ts';
import type { SherpaAnswer, SherpaTask } from './messages.ts';
import type { SherpaModelConfig } from './model-layout.ts';

/** sherpa-onnx in a child process, so that neither the memory nor a crash of native code is the server's. */
export interface SherpaProcess {
  transcribe(audio: Uint8Array, model: SherpaModelConfig, signal: AbortSignal): Promise<TranscribedLine[]>;
  /** Milliseconds of speech that a Silero model finds. */
  detectSpeech(audio: Uint8Array, vadModelFile: string, signal: AbortSignal): Promise<number>;
  close(): Promise<void>;
}

interface SherpaProcessOptions {
  /** For one question; the child is ended when it takes longer. */
  timeoutMs?: number;
  /** A model takes 100 MB and more: the child of an idle server is ended. */
  idleMs?: number;
  threads?: number;
}

const keptErrorBytes = 1024;

export function createSherpaProcess(options: SherpaProcessOptions = {}): SherpaProcess {
  const { timeoutMs = 120_000, idleMs = 300_000, threads = 1 } = options;
  const helper = createHelper<SherpaTask, SherpaAnswer>({ start: startChild, timeoutMs, idleMs, maxWaiting: 64 });

  async function ask(task: SherpaTask, signal: AbortSignal) {
    const answer = await helper.ask(task, signal).catch((error: unknown) => {
      // A crash of the library may be one sound's doing.
      if (error instanceof HelperEnded) throw new EngineError('failed', `the speech process ${error.message}`);
      throw error;
    });
    if ('failure' in answer) throw new EngineError(answer.failure.kind, answer.failure.message);
    return answer;
  }

  return {
    async transcribe(audio, model, signal) {
      const answer = await ask({ task: 'transcribe', audio, model, threads }, signal);
      return 'lines' in answer ? answer.lines : [];
    },
    async detectSpeech(audio, vadModelFile, signal) {
      const answer = await ask({ task: 'detect-speech', audio, vadModelFile }, signal);
      return 'speechMs' in answer ? answer.speechMs : 0;
    },
    close: () => helper.close(),
  };
}

function startChild(): HelperPeer {
  const file = join(import.meta.dirname, `sherpa-worker${extname(import.meta.filename)}`);
  const child = fork(file, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [] });
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-keptErrorBytes);
  });
  return {
    // A message that could not be sent is followed by the end of the child.
    send: (message) => void child.send(message, () => {}),
    onMessage: (call) => void child.on('message', (message) => call(message as { id: number })),
    onEnd: (call) => {
      child.on('error', (error) => call(`could not be started: ${error.message}`));
      child.on('exit', (code, signal) => call(`ended with ${signal ?? code}: ${errors.trim() || 'no message'}`));
    },
    end: () => void child.kill('SIGKILL'),
  };
}

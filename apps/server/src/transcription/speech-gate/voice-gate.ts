import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { createHelper, type HelperPeer } from '../../adapters/models/transcribe/index.ts';
import type { SpeechGate } from './contract.ts';
import type { VoiceAnswer, VoiceAsk } from './voice-worker.ts';

interface VoiceGateOptions {
  /** A worker that had nothing to do for so long is ended. */
  idleMs?: number;
  /** Voice in a chunk from which on it counts as speech: a short "yes" has 200 ms and more. */
  minVoicedMs?: number;
}

/** Listens for a voice by its moving pitch and spectrum, in one worker thread: no model, no native code. */
export function createVoiceGate({ idleMs = 30_000, minVoicedMs = 120 }: VoiceGateOptions = {}): SpeechGate {
  const helper = createHelper<VoiceAsk, VoiceAnswer>({ start: startWorker, timeoutMs: 60_000, idleMs });
  return {
    name: 'voice',
    async hasSpeech(ogg, signal) {
      const answer = await helper.ask({ ogg }, signal);
      if ('unreadable' in answer) throw new RangeError(answer.unreadable);
      return answer.voicedMs >= minVoicedMs;
    },
    close: () => helper.close(),
  };
}

function startWorker(): HelperPeer {
  const worker = new Worker(join(import.meta.dirname, `voice-worker${extname(import.meta.filename)}`), {
    resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16 },
  });
  worker.unref();
  return {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker's port has no origin
    send: (message) => worker.postMessage(message),
    onMessage: (call) => void worker.on('message', call),
    onEnd: (call) => {
      worker.on('error', (error) => call(error instanceof Error ? error.message : 'crashed'));
      worker.on('exit', (code) => call(`ended with ${code}`));
    },
    end: () => void worker.terminate(),
  };
}

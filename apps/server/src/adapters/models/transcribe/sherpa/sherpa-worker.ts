import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { decodeWhole, speechSampleRate } from '../audio/decode.ts';
import { EngineError, type TranscribedLine } from '../contract.ts';
import { asEngineError } from '../engine-error.ts';
import { linesFromTokens } from './lines-from-tokens.ts';
import type { SherpaAnswer, SherpaAsk } from './messages.ts';
import type { SherpaModelConfig } from './model-layout.ts';

/** The part of sherpa-onnx-node that is used; it ships no types. */
interface Sherpa {
  OfflineRecognizer: new (config: object) => Recognizer;
  Vad: new (config: object, bufferSeconds: number) => Vad;
}
interface Recognizer {
  createStream(): { acceptWaveform(wave: { samples: Float32Array; sampleRate: number }): void };
  decodeAsync(stream: object): Promise<{ text: string; timestamps?: number[]; tokens?: string[] }>;
}
interface Vad {
  acceptWaveform(samples: Float32Array): void;
  isEmpty(): boolean;
  front(external: boolean): { samples: Float32Array };
  pop(): void;
  flush(): void;
  reset(): void;
}

const vadWindow = 512;
const vadBufferSeconds = 60;

let sherpa: Sherpa | undefined;
const recognizers = new Map<string, Recognizer>();
const vads = new Map<string, Vad>();

const library = () => (sherpa ??= createRequire(import.meta.url)('sherpa-onnx-node') as Sherpa);

function recognizerOf(model: SherpaModelConfig, threads: number): Recognizer {
  return remembered(recognizers, JSON.stringify(model), () => {
    const modelConfig = { ...model, numThreads: threads, provider: 'cpu', debug: 0 };
    return new (library().OfflineRecognizer)({
      featConfig: { sampleRate: speechSampleRate, featureDim: 80 },
      modelConfig,
    });
  });
}

function vadOf(file: string): Vad {
  // Without its model the library makes a detector that hears nothing.
  if (!existsSync(file)) throw new EngineError('unavailable', 'the model of the speech detector is missing');
  return remembered(vads, file, () => {
    const sileroVad = {
      model: file,
      threshold: 0.5,
      minSpeechDuration: 0.25,
      minSilenceDuration: 0.25,
      windowSize: vadWindow,
    };
    return new (library().Vad)({ sileroVad, sampleRate: speechSampleRate, numThreads: 1, debug: 0 }, vadBufferSeconds);
  });
}

/** One child serves one model of each kind. */
function remembered<T>(known: Map<string, T>, key: string, make: () => T): T {
  const made = known.get(key) ?? make();
  known.clear();
  known.set(key, made);
  return made;
}

async function transcribe(audio: Uint8Array, recognizer: Recognizer): Promise<TranscribedLine[]> {
  const samples = await decodeWhole(audio);
  const stream = recognizer.createStream();
  stream.acceptWaveform({ samples, sampleRate: speechSampleRate });
  const result = await recognizer.decodeAsync(stream);
  return linesFromTokens(result, (samples.length / speechSampleRate) * 1000);
}

async function detectSpeech(audio: Uint8Array, vad: Vad): Promise<number> {
  const samples = await decodeWhole(audio);
  let speech = 0;
  vad.reset();
  for (let at = 0; at + vadWindow <= samples.length; at += vadWindow) {
    vad.acceptWaveform(samples.subarray(at, at + vadWindow));
  }
  vad.flush();
  for (; !vad.isEmpty(); vad.pop()) speech += vad.front(false).samples.length;
  return (speech / speechSampleRate) * 1000;
}

async function answer(ask: SherpaAsk): Promise<SherpaAnswer> {
  const { id } = ask;
  try {
    if (ask.task === 'detect-speech') return { id, speechMs: await detectSpeech(ask.audio, vadOf(ask.vadModelFile)) };
    return { id, lines: await transcribe(ask.audio, recognizerOf(ask.model, ask.threads)) };
  } catch (error) {
    const { kind, message } = asEngineError(error);
    return { id, failure: { kind, message } };
  }
}

async function reply(ask: SherpaAsk): Promise<void> {
  process.send?.(await answer(ask));
}

process.on('message', (ask: SherpaAsk) => void reply(ask));
// The server has ended: so does its child.
process.on('disconnect', () => process.exit(0));

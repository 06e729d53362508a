import type { EngineTrial } from '@hansard/protocol';
import { EngineError, oggDurationMs, type TranscribeEngine } from '../adapters/models/transcribe/index.ts';
import { AppError } from '../errors.ts';
import type { SpeechGate } from './speech-gate/contract.ts';

interface TrialOptions {
  engine: TranscribeEngine;
  gate: SpeechGate;
  language: string | undefined;
  timeoutMs: number;
}

/** Hears a recording the way a meeting's chunk is heard, gate included. */
export async function tryEngine(
  ogg: Uint8Array,
  { engine, gate, language, timeoutMs }: TrialOptions,
): Promise<EngineTrial> {
  const began = performance.now();
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const speech = await gate.hasSpeech(ogg, signal);
    const request = { audio: ogg, durationMs: oggDurationMs(ogg), ...(language !== undefined && { language }) };
    const lines = speech ? await engine.transcribe(request, signal) : [];
    const text = lines.map((line) => line.text.trim()).join(' ');
    return { engine: engine.name, text, tookMs: Math.round(performance.now() - began) };
  } catch (error) {
    if (error instanceof RangeError)
      throw new AppError('UNSUPPORTED_MEDIA', `That can't be heard: ${error.message}.`, { cause: error });
    if (!(error instanceof EngineError)) throw error;
    throw new AppError('ENGINE_FAILED', `${engine.name}: ${error.message}`, {
      cause: error,
      ...(error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
    });
  }
}

import {
  asEngineError,
  EngineError,
  withDeadline,
  type TranscribedLine,
  type TranscribeEngine,
} from '../adapters/models/transcribe/index.ts';
import { AppError } from '../errors.ts';
import type { ClaimedChunk } from './repository.ts';
import type { SpeechGate } from './speech-gate/contract.ts';

/** What became of a chunk. Only `pushed-back` says nothing about the chunk. */
export type Outcome =
  | { kind: 'text'; lines: TranscribedLine[]; latencyMs: number }
  | { kind: 'silent' }
  | { kind: 'failed' | 'rejected'; message: string; cause?: unknown }
  | { kind: 'pushed-back'; error: EngineError }
  | { kind: 'stopped' };

/** Works with a chunk's sound as a whole Ogg/Opus file, which is there until `work` has ended. */
export type WithChunkAudio = <T>(chunk: ClaimedChunk, work: (ogg: Uint8Array) => Promise<T>) => Promise<T>;

interface Stages {
  engine: TranscribeEngine;
  gate: SpeechGate;
  withChunkAudio: WithChunkAudio;
  language: string | undefined;
  callTimeoutMs: number;
}

/** Reads a chunk, asks the gate, then the engine. Never rejects; ends soon after `stop`. Lines come back in the meeting's time. */
export async function transcribeChunk(chunk: ClaimedChunk, stages: Stages, stop: AbortSignal): Promise<Outcome> {
  try {
    stop.throwIfAborted();
    return await stages.withChunkAudio(chunk, (audio) => hear(chunk, audio, stages, stop));
  } catch (error) {
    if (stop.aborted) return { kind: 'stopped' };
    if (error instanceof RangeError) return { kind: 'rejected', message: error.message };
    if (error instanceof AppError) return { kind: 'failed', message: error.message, cause: error };
    if (!(error instanceof EngineError)) {
      return { kind: 'failed', message: 'Something went wrong in the server; its log has the detail.', cause: error };
    }
    if (error.kind === 'failed' || error.kind === 'rejected') return { kind: error.kind, message: error.message };
    return { kind: 'pushed-back', error };
  }
}

async function hear(
  chunk: ClaimedChunk,
  audio: Uint8Array,
  { engine, gate, language, callTimeoutMs }: Stages,
  stop: AbortSignal,
): Promise<Outcome> {
  if (!(await gate.hasSpeech(audio, stop))) return { kind: 'silent' };
  const began = performance.now();
  const durationMs = chunk.endMs - chunk.startMs;
  const request = { audio, durationMs, ...(language !== undefined && { language }) };
  const lines = await withDeadline({ timeoutMs: callTimeoutMs, stops: [stop] }, (signal) =>
    engine.transcribe(request, signal),
  ).catch((error: unknown) => {
    throw asEngineError(error);
  });
  return { kind: 'text', lines: placed(lines, chunk), latencyMs: performance.now() - began };
}

/** From the chunk's time to the meeting's, in order, within the chunk; empty lines left out. */
function placed(lines: readonly TranscribedLine[], { startMs, endMs }: ClaimedChunk): TranscribedLine[] {
  const within = (ms: number) => Math.round(Math.min(Math.max(startMs + ms, startMs), endMs));
  return lines
    .map((line) => {
      const start = within(line.startMs);
      return { startMs: start, endMs: Math.max(start, within(line.endMs)), text: line.text.trim() };
    })
    .filter(({ text }) => text !== '')
    .toSorted((a, b) => a.startMs - b.startMs);
}

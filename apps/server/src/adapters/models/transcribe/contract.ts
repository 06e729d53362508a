/** One piece of speech for an engine: a whole Ogg/Opus file that decodes alone. */
export interface TranscribeRequest {
  audio: Uint8Array;
  durationMs: number;
  /** BCP 47; absent where the engine should find out. */
  language?: string;
}

/** Times are milliseconds from the start of the audio. */
export interface TranscribedLine {
  startMs: number;
  endMs: number;
  text: string;
}

/**
 * Speech to text. Rejects with `EngineError` only. Silence gives no lines. `signal` ends the work and frees what it held.
 * An engine keeps nothing of a request after it has answered.
 */
export interface TranscribeEngine {
  readonly name: string;
  readonly kind: 'local' | 'cloud';
  /** Calls at once: fixed for a local engine; where a cloud engine's adaptive limit begins and ends. */
  readonly concurrency: { start: number; max: number };
  /** Said on the page beside its text, where one is needed. */
  readonly caveat: string | null;
  transcribe(request: TranscribeRequest, signal: AbortSignal): Promise<TranscribedLine[]>;
  close(): Promise<void>;
}

/**
 * `unavailable`, `rate-limited` and `quota` say nothing about the chunk: the engine pauses (for `retryAfterMs` where it said
 * so) and the chunk loses no attempt. `failed` may be this chunk's doing: it costs an attempt. `rejected` will never work.
 */
export type EngineErrorKind = 'unavailable' | 'rate-limited' | 'quota' | 'failed' | 'rejected';

export class EngineError extends Error {
  readonly kind: EngineErrorKind;
  readonly retryAfterMs: number | undefined;

  constructor(kind: EngineErrorKind, message: string, options: { retryAfterMs?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'EngineError';
    this.kind = kind;
    this.retryAfterMs = options.retryAfterMs;
  }
}

import type { ClientError } from '../../client-error.ts';

export interface EncodingOptions {
  stream: MediaStream;
  sliceMs: number;
  bitsPerSecond: number;
  /**
   * Slices of one unbroken byte stream, in order: WebM with Opus, its header in the first. They come about every
   * `sliceMs` of sound, and begin and end anywhere in it.
   */
  onSlice: (slice: Blob) => void;
  /** It can't go on. `stop()` still brings what it has. */
  onFailed: (error: ClientError) => void;
  /** It takes no more sound: `stop()` was called, or the stream has ended. */
  onStopped: () => void;
}

/** Turns a stream's sound into the bytes of a track. */
export interface Encoding {
  mimeType: string;
  start(): void;
  /** Resolves once the last slice was told. May be called before `start()`, and again. */
  stop(): Promise<void>;
}

/** Rejects with a `ClientError` where this browser can't after all. */
export type OpenEncoding = (options: EncodingOptions) => Promise<Encoding>;

/**
 * Says whether there is speech in a chunk, before any engine's text of it is accepted: language models write text to
 * noise. Takes a whole Ogg/Opus file; throws `RangeError` where it is none. Keeps nothing of it, and holds the event loop
 * for no longer than a few milliseconds. `signal` ends the work with an `AbortError`.
 */
export interface SpeechGate {
  /** Shown in Settings and in benchmarks. */
  readonly name: string;
  hasSpeech(ogg: Uint8Array, signal: AbortSignal): Promise<boolean>;
  /** Ends its worker or child, where it has one. It begins anew with the next call. */
  close(): Promise<void>;
}

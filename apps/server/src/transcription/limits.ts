export interface TranscriptionLimits {
  /** Waits after the first, second and third failed attempt; after one more the chunk is failed. */
  retryDelaysMs: readonly number[];
  /** A claim lapses after so long; longer than a chunk may take in all. */
  leaseMs: number;
  /** For one call of an engine, whatever its own limits. */
  callTimeoutMs: number;
  /** How often lapsed claims are looked for. */
  sweepMs: number;
  /** What a claim under way gets to end by itself once it was told to stop. */
  drainTimeoutMs: number;
  /** The first pause after an outage; each further one is twice as long. */
  minPauseMs: number;
  maxPauseMs: number;
  /** The longest pause that an engine may ask for. */
  maxRetryAfterMs: number;
}

export const defaultLimits: TranscriptionLimits = Object.freeze({
  retryDelaysMs: Object.freeze([1000, 4000, 16_000]),
  leaseMs: 180_000,
  callTimeoutMs: 120_000,
  sweepMs: 30_000,
  drainTimeoutMs: 5000,
  minPauseMs: 1000,
  maxPauseMs: 60_000,
  maxRetryAfterMs: 3_600_000,
});

export interface BackoffOptions {
  firstMs?: number;
  maxMs?: number;
  /** 0 to 1. */
  random?: () => number;
}

export interface Backoff {
  /** How long to wait before the next try: doubled each time up to `maxMs`, half of it by chance. */
  next(retryAfterMs?: number): number;
  /** After a success the next failure waits `firstMs` again. */
  reset(): void;
}

export function createBackoff({ firstMs = 1_000, maxMs = 30_000, random = Math.random }: BackoffOptions = {}): Backoff {
  let failures = 0;
  return {
    next(retryAfterMs) {
      const baseMs = Math.min(maxMs, firstMs * 2 ** failures);
      const jitteredMs = baseMs / 2 + (baseMs / 2) * random();
      failures += 1;
      if (retryAfterMs === undefined) return jitteredMs;
      // The first time, the server knows best. If it goes wrong again, it was too hopeful.
      return failures === 1 ? retryAfterMs * (1 + random() / 4) : Math.max(retryAfterMs, jitteredMs);
    },
    reset() {
      failures = 0;
    },
  };
}

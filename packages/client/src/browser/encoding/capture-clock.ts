/** The machine's clock being ahead of the samples by so much more than before is time in which none came: it slept. */
const jumpMs = 500;

/**
 * Where a block begins, in the encoder's time (its samples added up, without a hole) and in the track's, which goes on
 * while nothing is captured, as it does for the browser's own recorder.
 */
export interface CaptureClock {
  /** Where the encoder's time stands: its next block begins here. */
  encoderMs(): number;
  /** Takes in the next block of samples. */
  advance(samples: number, endedAtMs: number): void;
  /** Where in the track the encoder's time `encoderMs` is; it may be asked only for later and later times. */
  trackMs(encoderMs: number): number;
}

export function createCaptureClock(sampleRate: number): CaptureClock {
  let samplesSoFar = 0;
  let lastEndedAtMs: number | null = null;
  let skippedMs = 0;
  /** Jumps that packets have not reached: no more than blocks that the encoder holds. */
  const ahead: { fromMs: number; byMs: number }[] = [];
  const encoderMs = () => (samplesSoFar / sampleRate) * 1_000;

  return {
    encoderMs,
    advance(samples, endedAtMs) {
      const blockMs = (samples / sampleRate) * 1_000;
      const byMs = lastEndedAtMs === null ? 0 : endedAtMs - lastEndedAtMs - blockMs;
      if (byMs > jumpMs) ahead.push({ fromMs: encoderMs(), byMs });
      lastEndedAtMs = endedAtMs;
      samplesSoFar += samples;
    },
    trackMs(atMs) {
      // Rounding must not put a packet before the jump that it follows.
      while (ahead.length > 0 && ahead[0]!.fromMs <= atMs + 1) skippedMs += ahead.shift()!.byMs;
      return atMs + skippedMs;
    },
  };
}

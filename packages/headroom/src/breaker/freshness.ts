import type { Clock, Sample } from '../contracts.ts';

export interface FreshnessOptions {
  readonly clock: Clock;
  readonly maxAgeMs: number;
  readonly nearMaxAgeMs: number;
  sample(): Sample;
  /** Glances, where it is time to, at what grows fastest. True where a sample is due at once. */
  isAlarming(nowMs: number): boolean;
}

export interface Freshness {
  /** A guard was called: looks at the clock when it is time to. */
  count(): void;
  /** Looks at the clock now; says after how many calls it is time to again. */
  look(): number;
  /** A sample has been taken; `near` the threshold every call looks. */
  reset(near: boolean): void;
}

/** Guards look at the clock about this often, */
const lookEveryMs = 10;
/** and never let more calls than this go by: who was fast a moment ago may be slow now. */
const mostCalls = 256;

/**
 * Keeps guards from trusting an old reading without a look at the clock in each: slow callers look every time, fast ones rarely.
 * `refresh` is called when the last sample is too old.
 */
export function createFreshness(options: FreshnessOptions, refresh: () => unknown): Freshness {
  const { clock, maxAgeMs, nearMaxAgeMs, sample, isAlarming } = options;
  /** When the last look was; an array, because a variable would allocate a number at each. */
  const lastLookMs = new Float64Array(1);
  let isNear = false;
  let every = 1;
  let left = 1;

  function look(): number {
    const nowMs = clock.now();
    const sinceMs = nowMs - lastLookMs[0]!;
    lastLookMs[0] = nowMs;
    if (isNear || sinceMs > lookEveryMs) every = 1;
    else if (sinceMs < lookEveryMs / 2) every = Math.min(2 * every, mostCalls);
    left = every;
    if (nowMs - sample().atMs > (isNear ? nearMaxAgeMs : maxAgeMs) || isAlarming(nowMs)) refresh();
    return left;
  }

  return {
    count() {
      left -= 1;
      if (left <= 0) look();
    },
    look,
    reset(near) {
      isNear = near;
      every = 1;
      left = 1;
    },
  };
}

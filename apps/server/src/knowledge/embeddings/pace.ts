import { embeddingLimits } from './limits.ts';

/** Waits `ms`; rejects with the signal's reason. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

interface PaceOptions {
  requestsPerMinute: number;
  now: () => number;
  sleep: Sleep;
}

/**
 * When a provider may be asked: so many times a minute, and not before a rest is over. What people wait for does not wait,
 * and is taken off what the others may.
 */
export function createPace({ requestsPerMinute, now, sleep }: PaceOptions) {
  const burst = Math.max(1, requestsPerMinute * embeddingLimits.burstShare);
  const perMs = requestsPerMinute / 60_000;
  let tokens = burst;
  let filledAt = now();
  let rest: { until: number; error: Error } | null = null;

  function fill(): void {
    tokens = Math.min(burst, tokens + (now() - filledAt) * perMs);
    filledAt = now();
  }

  const resting = () => (rest && rest.until > now() ? rest : null);

  return {
    resting,
    /** Until `ms` from now; a longer rest is not cut short. */
    rest(ms: number, error: Error): void {
      const until = now() + ms;
      if (until > (resting()?.until ?? 0)) rest = { until, error };
    },
    awake(): void {
      rest = null;
    },
    /** Takes a request for which nobody is to wait. */
    take(): void {
      fill();
      tokens = Math.max(-burst, tokens - 1);
    },
    /** Resolves when a request may be made, and takes it. Rejects with the rest's error where that is too long to wait for. */
    async turn(signal: AbortSignal): Promise<void> {
      for (;;) {
        signal.throwIfAborted();
        fill();
        const pause = resting();
        if (pause && pause.until - now() > embeddingLimits.maxWaitMs) throw pause.error;
        const waitMs = Math.ceil(Math.max(pause ? pause.until - now() : 0, (1 - tokens) / perMs));
        if (waitMs <= 0) {
          tokens -= 1;
          return;
        }
        await sleep(waitMs, signal);
      }
    },
  };
}

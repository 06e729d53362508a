import { EngineError } from '../../adapters/models/generate/index.ts';

/** Waits `ms`; rejects with the signal's reason. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

/** First try included. */
export const maxTries = 3;
/** Longer than this nobody waits for minutes: the local engine stands in. */
export const maxWaitMs = 20_000;
const firstWaitMs = 1000;

/** Tries again what may work then: after an outage or a bad answer soon, after a rate limit when the provider said. */
export async function withPatience<T>(call: () => Promise<T>, signal: AbortSignal, sleep: Sleep): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await call();
    } catch (error) {
      signal.throwIfAborted();
      const wait = waitAfter(error, tried);
      if (wait === null) throw error;
      await sleep(wait, signal);
    }
  }
}

/** Null where there is no point in another try. */
function waitAfter(error: unknown, tried: number): number | null {
  if (!(error instanceof EngineError) || tried >= maxTries) return null;
  if (error.kind === 'quota' || error.kind === 'rejected') return null;
  // Whoever has waited for a whole time-out does not wait for a second one.
  if (error.cause instanceof Error && error.cause.name === 'TimeoutError') return null;
  const wait = error.retryAfterMs ?? firstWaitMs * 2 ** (tried - 1);
  return wait > maxWaitMs ? null : wait;
}

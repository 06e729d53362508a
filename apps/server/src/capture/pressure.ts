import type { Journal } from './journal/index.ts';
import { captureLimits } from './limits.ts';

export interface Pressure {
  /** Whether clients are asked to slow down now. */
  readonly isHigh: boolean;
  /** Told on each change; returns the function that ends it. */
  subscribe(listener: (isHigh: boolean) => void): () => void;
  stop(): void;
}

/** U20: watches the bytes that wait for the disk, with a wide band between on and off so that it does not flap. */
export function watchPressure(journal: Pick<Journal, 'stats'>): Pressure {
  const listeners = new Set<(isHigh: boolean) => void>();
  let isHigh = false;
  const check = (): void => {
    const { bytesInFlight, maxBytesInFlight } = journal.stats();
    const share = bytesInFlight / maxBytesInFlight;
    const next = isHigh ? share > captureLimits.speedUpShare : share >= captureLimits.slowDownShare;
    if (next === isHigh) return;
    isHigh = next;
    for (const listener of listeners) listener(isHigh);
  };
  const timer = setInterval(check, captureLimits.pressureCheckMs);
  timer.unref();
  return {
    get isHigh() {
      return isHigh;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: () => clearInterval(timer),
  };
}

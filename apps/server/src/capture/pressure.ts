import type { Journal } from './journal/index.ts';
import { captureLimits } from './limits.ts';

export interface Pressure {
  /** Whether clients are asked to slow down now. */
  readonly isHigh: boolean;
  /** Whether it is the disk that is behind: then sockets that send are read no further. */
  readonly isDiskBehind: boolean;
  /** Told on each change of either; returns the function that ends it. */
  subscribe(listener: () => void): () => void;
  /** R10: while memory is short, recorders are asked to slow down whatever waits for the disk. */
  setShortOfMemory(isShort: boolean): void;
  stop(): void;
}

/** U20: watches the bytes that wait for the disk, with a wide band between on and off so that it does not flap. */
export function watchPressure(journal: Pick<Journal, 'stats'>): Pressure {
  const listeners = new Set<() => void>();
  let isDiskBehind = false;
  let isShortOfMemory = false;
  const change = (next: { disk: boolean; memory: boolean }): void => {
    if (next.disk === isDiskBehind && next.memory === isShortOfMemory) return;
    isDiskBehind = next.disk;
    isShortOfMemory = next.memory;
    for (const listener of listeners) listener();
  };
  const check = (): void => {
    const { bytesInFlight, maxBytesInFlight } = journal.stats();
    const share = bytesInFlight / maxBytesInFlight;
    const disk = isDiskBehind ? share > captureLimits.speedUpShare : share >= captureLimits.slowDownShare;
    change({ disk, memory: isShortOfMemory });
  };
  const timer = setInterval(check, captureLimits.pressureCheckMs);
  timer.unref();
  return {
    get isHigh() {
      return isDiskBehind || isShortOfMemory;
    },
    get isDiskBehind() {
      return isDiskBehind;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    setShortOfMemory: (isShort) => change({ disk: isDiskBehind, memory: isShort }),
    stop: () => clearInterval(timer),
  };
}

import { constants, performance, PerformanceObserver, type PerformanceEntry } from 'node:perf_hooks';
import type { CollectionKind, Gauges } from '../contracts.ts';

export interface CollectionSensor {
  /** Since the sensor was made. */
  read(): Gauges['collections'];
  /** Young ones that have been reported so far. */
  readonly minor: number;
  onMajor(listener: (floorBytes: number, atMs: number) => void): () => void;
  close(): void;
}

type Totals = Record<CollectionKind, { count: number; pauseMs: number }>;

const kinds: Readonly<Record<number, CollectionKind>> = {
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weak',
};

/** V8 has more than one way to collect the young generation, and not all have a constant. */
const kindOf = (entry: PerformanceEntry): CollectionKind =>
  kinds[(entry as { detail?: { kind?: number } }).detail?.kind ?? -1] ?? 'minor';

/**
 * Counts collections. The runtime reports them a little later and several at once: all are counted, and the floor is what
 * `floorBytes` gives then, once for all major ones of a report (there was but one moment to measure at).
 */
export function createCollectionSensor(floorBytes: () => number): CollectionSensor {
  const none = () => ({ count: 0, pauseMs: 0 });
  const totals: Totals = { major: none(), minor: none(), incremental: none(), weak: none() };
  const listeners = new Set<(floorBytes: number, atMs: number) => void>();

  const observer = new PerformanceObserver((report) => {
    let majors = 0;
    for (const entry of report.getEntries()) {
      const kind = kindOf(entry);
      totals[kind].count += 1;
      totals[kind].pauseMs += entry.duration;
      if (kind === 'major') majors += 1;
    }
    if (majors === 0 || listeners.size === 0) return;
    const bytes = floorBytes();
    for (const listener of listeners) listener(bytes, performance.now());
  });
  observer.observe({ entryTypes: ['gc'] });

  return {
    read: () => ({
      major: { ...totals.major },
      minor: { ...totals.minor },
      incremental: { ...totals.incremental },
      weak: { ...totals.weak },
    }),
    get minor() {
      return totals.minor.count;
    },
    onMajor(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close() {
      observer.disconnect();
      listeners.clear();
    },
  };
}

import type { Gauges, Sensors } from '@hansard/headroom';

export interface HandFed extends Sensors {
  /** Of a limit of 1 GB, from the next sample on. */
  setPressure(ratio: number): void;
  /** Samples since pressure was last set. */
  readonly reads: number;
}

const none = { count: 0, pauseMs: 0 };
const gauges: Gauges = {
  rssBytes: 0,
  heapUsedBytes: 0,
  heapTotalBytes: 0,
  externalBytes: 0,
  arrayBuffersBytes: 0,
  eventLoop: { p99DelayMs: 0, maxDelayMs: 0, utilization: 0 },
  collections: { major: none, minor: none, incremental: none, weak: none },
  psi: null,
};
const limitBytes = 1e9;

/** Sensors that read what they are told: levels are reached exactly when and where the benchmark wants. */
export function createHandFed(pressure: number): HandFed {
  let usedBytes = pressure * limitBytes;
  let reads = 0;
  return {
    readSignals() {
      reads += 1;
      return { 'old-generation': { usedBytes, limitBytes } };
    },
    readGauges: () => gauges,
    onMajorCollection: () => () => undefined,
    close: () => undefined,
    setPressure(ratio) {
      usedBytes = ratio * limitBytes;
      reads = 0;
    },
    get reads() {
      return reads;
    },
  };
}

import type { Clock, Gauges, Sensors, SignalName, Reading } from '../contracts.ts';

export type FakeSignals = Partial<Record<SignalName, Reading>>;

export interface FakeSensors extends Sensors {
  /** These signals are on from now on, and no others. */
  set(signals: FakeSignals): void;
  /** One signal alone at this ratio of a limit of 1 GB (or of `limitBytes`). */
  setRatio(ratio: number, name?: SignalName, limitBytes?: number): void;
  setGauges(gauges: Partial<Gauges>): void;
  /** A major collection ends now and leaves `floorBytes`. */
  collect(floorBytes: number): void;
  /** Signals (gauges) can't be read any more: reading throws `error`, until it is null. */
  fail(what: 'signals' | 'gauges', error: Error | null): void;
  /** How often signals were read. */
  readonly reads: number;
  readonly listeners: number;
  readonly closed: boolean;
}

const none = { count: 0, pauseMs: 0 } as const;

const idle: Gauges = {
  rssBytes: 0,
  heapUsedBytes: 0,
  heapTotalBytes: 0,
  externalBytes: 0,
  arrayBuffersBytes: 0,
  eventLoop: { p99DelayMs: 0, maxDelayMs: 0, utilization: 0 },
  collections: { major: none, minor: none, incremental: none, weak: none },
  psi: null,
};

/** Sensors that read what a test has set; with no signal on at first. Collections carry the time of `clock`, else 0. */
export function createFakeSensors(clock?: Pick<Clock, 'now'>): FakeSensors {
  let signals: FakeSignals = {};
  let gauges = idle;
  let reads = 0;
  let closed = false;
  const listeners = new Set<(floorBytes: number, atMs: number) => void>();
  const errors: { signals: Error | null; gauges: Error | null } = { signals: null, gauges: null };

  return {
    readSignals() {
      reads += 1;
      if (errors.signals !== null) throw errors.signals;
      return { ...signals };
    },
    readGauges() {
      if (errors.gauges !== null) throw errors.gauges;
      return gauges;
    },
    onMajorCollection(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close() {
      closed = true;
      listeners.clear();
    },
    set: (next) => void (signals = next),
    setRatio(ratio, name = 'old-generation', limitBytes = 1e9) {
      signals = { [name]: { usedBytes: ratio * limitBytes, limitBytes } };
    },
    setGauges: (changes) => void (gauges = { ...gauges, ...changes }),
    collect(floorBytes) {
      for (const listener of listeners) listener(floorBytes, clock?.now() ?? 0);
    },
    fail: (what, error) => void (errors[what] = error),
    get reads() {
      return reads;
    },
    get listeners() {
      return listeners.size;
    },
    get closed() {
      return closed;
    },
  };
}

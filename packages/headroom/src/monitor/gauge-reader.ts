import type { Gauges, Sensors } from '../contracts.ts';

export interface GaugeReader {
  /** Of the time since the last sample, what was read in between included. Where they can't be read, the last known. */
  forSample(): Gauges;
  /** Read between samples: takes nothing from the next sample. */
  between(): Gauges;
}

type EventLoop = Gauges['eventLoop'];

const none = { count: 0, pauseMs: 0 } as const;
const unknown: Gauges = {
  rssBytes: 0,
  heapUsedBytes: 0,
  heapTotalBytes: 0,
  externalBytes: 0,
  arrayBuffersBytes: 0,
  eventLoop: { p99DelayMs: 0, maxDelayMs: 0, utilization: 0 },
  collections: { major: none, minor: none, incremental: none, weak: none },
  psi: null,
};

/** Reading the gauges ends the time that the event loop's figures are of: what is read between samples is kept for the next. */
export function createGaugeReader(sensors: Sensors, onError: (error: Error) => void): GaugeReader {
  let known = unknown;
  let kept: EventLoop | null = null;

  function read(): Gauges {
    try {
      known = sensors.readGauges();
    } catch (error) {
      onError(error as Error);
    }
    return known;
  }

  return {
    forSample() {
      const gauges = read();
      const earlier = kept;
      kept = null;
      return earlier === null ? gauges : { ...gauges, eventLoop: worse(gauges.eventLoop, earlier) };
    },
    between() {
      const gauges = read();
      kept = kept === null ? gauges.eventLoop : worse(gauges.eventLoop, kept);
      return gauges;
    },
  };
}

const worse = (a: EventLoop, b: EventLoop): EventLoop => ({
  p99DelayMs: Math.max(a.p99DelayMs, b.p99DelayMs),
  maxDelayMs: Math.max(a.maxDelayMs, b.maxDelayMs),
  utilization: Math.max(a.utilization, b.utilization),
});

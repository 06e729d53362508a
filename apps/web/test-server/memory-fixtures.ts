import type { MemoryDrillReport, MemoryHistory, MemoryState } from '@hansard/protocol';
import { engines, now } from './fixtures.ts';

const mb = 2 ** 20;

/** A calm server of 384 MB with three meetings. Its holders and the remainder add up to what is measured. */
export function makeMemoryState(change: Partial<MemoryState> = {}): MemoryState {
  return {
    at: now,
    governed: true,
    level: 'normal',
    pressure: 0.3125,
    tightest: 'rss',
    thresholds: { warning: 0.7, critical: 0.85, emergency: 0.95 },
    signals: [
      { name: 'old-generation', usedBytes: 34 * mb, limitBytes: 4096 * mb },
      { name: 'rss', usedBytes: 120 * mb, limitBytes: 384 * mb },
    ],
    gauges: {
      heapUsedBytes: 34 * mb,
      heapTotalBytes: 52 * mb,
      externalBytes: 3 * mb,
      eventLoopP99Ms: 4,
      eventLoopUtilization: 0.02,
      majorCollections: 3,
      pressureStall: 0,
    },
    forecast: null,
    leaks: [],
    holders: [
      { name: 'process at rest', kind: 'component', bytes: 96 * mb },
      { name: 'database', kind: 'component', bytes: 6 * mb },
      { name: 'meeting-buffers', kind: 'cache', bytes: 3 * mb },
      { name: 'sockets', kind: 'component', bytes: 0 },
    ],
    accountedBytes: 105 * mb,
    measuredBytes: 120 * mb,
    unexplainedBytes: 15 * mb,
    caches: [
      {
        name: 'meeting-buffers',
        bytes: 3 * mb,
        capBytes: 12 * mb,
        maxBytes: 12 * mb,
        keys: 3,
        hits: 9,
        misses: 1,
        evictions: 0,
      },
    ],
    features: [{ name: 'result-cache', on: true, offAt: 'critical' }],
    classes: [
      { name: 'recording', priority: 'critical', inFlight: 0, queued: 0, limit: null, rejected: 0 },
      { name: 'reading', priority: 'normal', inFlight: 1, queued: 0, limit: 96, rejected: 0 },
    ],
    responses: [{ name: 'caches', strength: 0 }],
    levelHistory: [],
    alerts: [],
    rooms: [],
    meetings: [{ id: 'm0', title: 'Quarterly budget 0', bytes: 181_000, tracks: 1 }],
    capacity: {
      activeMeetings: 3,
      waitingMeetings: 0,
      maxMeetings: 3515,
      bytesPerMeeting: 64_000,
      fitsMore: 3512,
      limitBytes: 384 * mb,
      larger: [{ limitBytes: 768 * mb, maxMeetings: 8866 }],
    },
    queues: { chunks: 0, minutes: 0 },
    engines,
    drill: { report: null },
    ...change,
  };
}

/** A drill up to critical that went well. */
export function makeDrillReport(change: Partial<MemoryDrillReport> = {}): MemoryDrillReport {
  return {
    target: 'critical',
    holdMs: 10_000,
    startedAt: now - 60_000,
    phase: 'over',
    outcome: 'reached',
    detail: null,
    heldBytes: 0,
    peakBytes: 212 * mb,
    peakHeapBytes: 0,
    peakPressure: 0.857,
    crossedMs: 4665,
    respondedMs: 4925,
    respondedBy: 'caches',
    responseSamples: 2,
    reachedMs: 6400,
    releasedMs: 16_500,
    recoveredMs: 29_700,
    relief: { ledgerBytes: 6 * mb, observedBytes: 5 * mb },
    levels: [
      { atMs: 0, level: 'normal', pressure: 0.3 },
      { atMs: 4925, level: 'warning', pressure: 0.74 },
      { atMs: 6400, level: 'critical', pressure: 0.855 },
      { atMs: 21_600, level: 'warning', pressure: 0.32 },
      { atMs: 26_700, level: 'normal', pressure: 0.32 },
    ],
    ...change,
  };
}

/** Five minutes of which the first was before the server started, with a rise to critical in the middle. */
export function makeMemoryHistory(change: Partial<MemoryHistory> = {}): MemoryHistory {
  const steps = Array.from({ length: 300 }, (_, step) => {
    if (step < 60) return null;
    return step >= 150 && step < 180 ? 0.86 : 0.3;
  });
  return {
    range: 'minutes',
    stepMs: 1000,
    from: now - 299_000,
    level: steps.map((ratio) => ratio && (ratio > 0.85 ? 2 : 0)),
    activeMeetings: steps.map((ratio) => ratio && 3),
    signals: [{ name: 'rss', ratio: steps, usedBytes: steps.map((ratio) => ratio && ratio * 384 * mb) }],
    ...change,
  };
}

import { z } from 'zod';
import { engineStatus } from './engines.ts';
import { epochMs, id } from './ids.ts';

const bytes = z.number().int().nonnegative();
const count = z.number().int().nonnegative();
const ratio = z.number().nonnegative();
const durationMs = z.number().nonnegative();

/** Sorted: each is shorter of memory than the one before. */
export const memoryLevels = ['normal', 'warning', 'critical', 'emergency'] as const;
export const memoryLevel = z.enum(memoryLevels);
export type MemoryLevel = z.infer<typeof memoryLevel>;

export const memorySignalNames = ['old-generation', 'container', 'rss', 'external'] as const;
export const memorySignalName = z.enum(memorySignalNames);
export type MemorySignalName = z.infer<typeof memorySignalName>;

/** What is used of one thing that can run out. A signal without a limit is off, and not there. */
export const memorySignal = z.object({ name: memorySignalName, usedBytes: bytes, limitBytes: bytes });
export type MemorySignal = z.infer<typeof memorySignal>;

export const memoryHolder = z.object({
  name: z.string(),
  kind: z.enum(['cache', 'reservation', 'component']),
  bytes,
});
export type MemoryHolder = z.infer<typeof memoryHolder>;

export const memoryCache = z.object({
  name: z.string(),
  bytes,
  /** What it may hold now: less than `maxBytes` under pressure. */
  capBytes: bytes,
  maxBytes: bytes,
  keys: count,
  hits: count,
  misses: count,
  evictions: count,
});
export type MemoryCache = z.infer<typeof memoryCache>;

export const memoryLevelChange = z.object({
  at: epochMs,
  level: memoryLevel,
  previous: memoryLevel,
  pressure: ratio,
  tightest: memorySignalName.nullable(),
});
export type MemoryLevelChange = z.infer<typeof memoryLevelChange>;

export const memoryAlert = z.object({
  key: z.string(),
  severity: z.enum(['warning', 'critical', 'emergency']),
  state: z.enum(['firing', 'resolved']),
  message: z.string(),
  at: epochMs,
});
export type MemoryAlert = z.infer<typeof memoryAlert>;

export const memoryClass = z.object({
  name: z.string(),
  priority: z.enum(['critical', 'normal', 'background']),
  inFlight: count,
  queued: count,
  /** At the level of now; null: without a limit. */
  limit: count.nullable(),
  rejected: count,
});
export type MemoryClass = z.infer<typeof memoryClass>;

export const memoryDrill = z.object({
  target: z.enum(['warning', 'critical', 'emergency']),
  /** How long the level is held, once it is reached. */
  holdMs: z.number().int().min(1000).max(60_000).default(10_000),
});
export type MemoryDrill = z.infer<typeof memoryDrill>;

/** The course of one drill. Times without a date are milliseconds from its start. */
export const memoryDrillReport = memoryDrill.extend({
  startedAt: epochMs,
  /** Memory is taken; the target is held; it was let go, and all goes back; over. */
  phase: z.enum(['raising', 'holding', 'recovering', 'over']),
  /** How it went; null until memory is let go. */
  outcome: z.enum(['reached', 'cancelled', 'gave-up']).nullable(),
  /** One sentence, where it gave up. */
  detail: z.string().nullable(),
  /** What it holds now, and the most it held: pages of its own outside the heap, and objects in it. */
  heldBytes: bytes,
  peakBytes: bytes,
  peakHeapBytes: bytes,
  peakPressure: ratio,
  /** The first sample at or above the first threshold. */
  crossedMs: durationMs.nullable(),
  /** The first sample after which a response was at work, or a feature off, and which one. */
  respondedMs: durationMs.nullable(),
  respondedBy: z.string().nullable(),
  /** Samples from crossing to that response, both counted. */
  responseSamples: count.nullable(),
  reachedMs: durationMs.nullable(),
  releasedMs: durationMs.nullable(),
  /** The level is normal again, and no response is at work. */
  recoveredMs: durationMs.nullable(),
  /** Given back by the responses: by their own account, and as measured. */
  relief: z.object({ ledgerBytes: bytes, observedBytes: bytes }),
  levels: z.array(z.object({ atMs: durationMs, level: memoryLevel, pressure: ratio })),
});
export type MemoryDrillReport = z.infer<typeof memoryDrillReport>;

/** Everything that the memory page shows of now. */
export const memoryState = z.object({
  at: epochMs,
  /** False where governance was switched off: nothing is done about any level. */
  governed: z.boolean(),
  level: memoryLevel,
  pressure: ratio,
  tightest: memorySignalName.nullable(),
  thresholds: z.object({ warning: ratio, critical: ratio, emergency: ratio }),
  signals: z.array(memorySignal),
  gauges: z.object({
    heapUsedBytes: bytes,
    heapTotalBytes: bytes,
    externalBytes: bytes,
    eventLoopP99Ms: durationMs,
    eventLoopUtilization: ratio,
    majorCollections: count,
    /** Share of the last 10 s in which some work waited for memory; null where the system doesn't say. */
    pressureStall: ratio.nullable(),
  }),
  forecast: z.object({ level: memoryLevel, inMs: durationMs }).nullable(),
  /** One for each place where memory rises and doesn't come back. */
  leaks: z.array(
    z.object({
      kind: z.enum(['heap-floor', 'rss', 'external']),
      severity: z.enum(['warning', 'critical']),
      fromBytes: bytes,
      toBytes: bytes,
      bytesPerMinute: z.number(),
    }),
  ),
  /** What holds memory by its own account, the largest first. */
  holders: z.array(memoryHolder),
  accountedBytes: bytes,
  measuredBytes: bytes,
  /** `measuredBytes − accountedBytes`: below 0 where more is accounted for than is resident. */
  unexplainedBytes: z.number().int(),
  caches: z.array(memoryCache),
  /** What has gone off, or would, and from which level on. */
  features: z.array(z.object({ name: z.string(), on: z.boolean(), offAt: memoryLevel })),
  classes: z.array(memoryClass),
  responses: z.array(z.object({ name: z.string(), strength: ratio })),
  /** The newest first. */
  levelHistory: z.array(memoryLevelChange),
  alerts: z.array(memoryAlert),
  rooms: z.array(
    z.object({
      /** The meeting's. */
      id,
      title: z.string(),
      bytes,
      passages: count,
      lastUsedAt: epochMs,
      /** A live meeting's room stays; so does one that is in use now. */
      isPinned: z.boolean(),
    }),
  ),
  /** The live meetings that hold most, the largest first. */
  meetings: z.array(z.object({ id, title: z.string(), bytes, tracks: count })),
  capacity: z.object({
    activeMeetings: count,
    waitingMeetings: count,
    /** Most that may be live at once now. */
    maxMeetings: count,
    /** What one more is taken to need. */
    bytesPerMeeting: bytes,
    fitsMore: count,
    /** What the process may take. */
    limitBytes: bytes,
    /** What larger machines would bear, by the same figures. */
    larger: z.array(z.object({ limitBytes: bytes, maxMeetings: count })),
  }),
  /** What waits: chunks for an engine, minutes for their turn. */
  queues: z.object({ chunks: count, minutes: count }),
  engines: z.array(engineStatus),
  /** Null where drills are off. */
  drill: z.object({ report: memoryDrillReport.nullable() }).nullable(),
});
export type MemoryState = z.infer<typeof memoryState>;

/** The last five minutes by the second; the last hour, day and 30 days by longer steps. */
export const memoryRanges = ['minutes', 'hour', 'day', 'month'] as const;
export const memoryRange = z.enum(memoryRanges);
export type MemoryRange = z.infer<typeof memoryRange>;

export const memoryHistoryQuery = z.object({ range: memoryRange.default('hour') });

/**
 * The course of memory as columns of one length: the step `index` begins at `from + index × stepMs`. Each holds the highest
 * value of its step; null where the server wasn't running, or the signal was off.
 */
export const memoryHistory = z.object({
  range: memoryRange,
  stepMs: z.number().int().positive(),
  from: epochMs,
  /** The worst, as a place in `memoryLevels`. */
  level: z.array(count.nullable()),
  activeMeetings: z.array(count.nullable()),
  /** Only those that were on at any time. `ratio` is what was used of what there was. */
  signals: z.array(
    z.object({ name: memorySignalName, ratio: z.array(ratio.nullable()), usedBytes: z.array(bytes.nullable()) }),
  ),
});
export type MemoryHistory = z.infer<typeof memoryHistory>;

export const memoryProfileQuery = z.object({ seconds: z.coerce.number().int().min(1).max(60).default(10) });

/** What happened to a meeting on its way to text, oldest first. */
export const pipelineLog = z.object({
  /** False unless the server's log level is debug. */
  isKept: z.boolean(),
  lines: z.array(z.string()),
});

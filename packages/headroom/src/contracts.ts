/**
 * The words that all parts share. Parts know each other by these alone: `governor.ts` puts them together.
 * Bytes are bytes, times are milliseconds of a monotonic clock, ratios go from 0 to 1 (and above, where a limit is passed).
 */

/** Sorted: each is shorter of memory than the one before. */
export const levels = ['normal', 'warning', 'critical', 'emergency'] as const;
export type Level = (typeof levels)[number];

/** True where `level` is `floor` or worse. */
export const isAtLeast = (level: Level, floor: Level): boolean => levels.indexOf(level) >= levels.indexOf(floor);

/** Time and timers, injected so that tests push them by hand. */
export interface Clock {
  /** Milliseconds, never going back. */
  now(): number;
  /** Calls once, after `delayMs`; must not keep the process alive. */
  after(delayMs: number, run: () => void): Timer;
}
export interface Timer {
  cancel(): void;
}

/** What can run out. `external` is ArrayBuffers and what else lives outside V8's heap. */
export type SignalName = 'old-generation' | 'container' | 'rss' | 'external';

/** One reading of a signal: what is used of what there is. */
export interface Reading {
  readonly usedBytes: number;
  readonly limitBytes: number;
  /** What may come on top all at once, by recent experience: what the young generation holds and will not lose. */
  readonly soonBytes?: number;
}

/** What memory looks like from inside; reading costs tens of microseconds at most. */
export interface Sensors {
  /** The signals that are on, now. One without a limit is absent: neither full nor empty. */
  readSignals(): Partial<Record<SignalName, Reading>>;
  /** The old generation alone, in a few microseconds: for guards between two samples. */
  glance?(): Reading | null;
  /** What informs, and never raises the level. */
  readGauges(): Gauges;
  /** Called after each major collection with the old generation's bytes that survived it. Gives back how to stop. */
  onMajorCollection(listener: (floorBytes: number, atMs: number) => void): () => void;
  close(): void;
}

export interface Gauges {
  readonly rssBytes: number;
  readonly heapUsedBytes: number;
  readonly heapTotalBytes: number;
  readonly externalBytes: number;
  readonly arrayBuffersBytes: number;
  /** Since the last reading. */
  readonly eventLoop: { readonly p99DelayMs: number; readonly maxDelayMs: number; readonly utilization: number };
  /** Since the process began, by kind. Every entry counts, not one of a batch. */
  readonly collections: Readonly<Record<CollectionKind, { readonly count: number; readonly pauseMs: number }>>;
  /** Pressure stall information: share of the last 10 s in which some (all) work waited for memory; null where unknown. */
  readonly psi: { readonly some: number; readonly full: number } | null;
}
export type CollectionKind = 'major' | 'minor' | 'incremental' | 'weak';

/** One look at memory. Pressure is the highest ratio of the signals that are on; never a blend of them. */
export interface Sample {
  readonly atMs: number;
  readonly signals: Partial<Readonly<Record<SignalName, Reading>>>;
  readonly pressure: number;
  /** The signal that gave the pressure; null where none is on. */
  readonly tightest: SignalName | null;
  readonly gauges: Gauges;
}

/** A state of the whole: what listeners are told, and what a late asynchronous action compares itself with. */
export interface LevelChange {
  readonly level: Level;
  readonly previous: Level;
  /** Grows with each change: an action begun under an older generation is dropped. */
  readonly generation: number;
  readonly sample: Sample;
}

/** How hard each level asks a response to act, from 0 (as usual) to 1 (all it can); between levels it is scaled. */
export interface Strengths {
  readonly warning: number;
  readonly critical: number;
  readonly emergency: number;
}

/** Something that gives memory back under pressure, and takes it again in recovery. */
export interface Response {
  readonly name: string;
  readonly strengths: Strengths;
  /**
   * Moves towards `strength`; each yield is a point at which it may be stopped and gone on with in a later slice, and says
   * how many ledger bytes were let go since the last. Called again with another strength, which may be lower.
   */
  apply(strength: number): Iterable<number>;
}

/** Structured log lines: `log.warn({ level, pressure }, 'memory is short')`; pino fits. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What holds memory, and how much by its own account. */
export interface LedgerEntry {
  readonly name: string;
  readonly kind: 'cache' | 'reservation' | 'component';
  readonly bytes: number;
}

/** Two ledgers side by side: what is accounted for, and what was measured. */
export interface Ledger {
  readonly entries: readonly LedgerEntry[];
  readonly accountedBytes: number;
  /** The process's resident memory. */
  readonly measuredBytes: number;
  /** What nobody accounts for: code, V8 itself, fragmentation, garbage. Below 0 where accounts exceed what is resident. */
  readonly unexplainedBytes: number;
}

/** What was there before and after `track(name, fn)`. */
export interface Tracked<T> {
  readonly value: T;
  readonly name: string;
  readonly durationMs: number;
  readonly heap: BeforeAfter;
  readonly rss: BeforeAfter;
  readonly external: BeforeAfter;
}
export interface BeforeAfter {
  readonly beforeBytes: number;
  readonly afterBytes: number;
  readonly diffBytes: number;
}

/** What an alert sink is sent: once when it begins, again at most every throttle, once when it is over. */
export interface Alert {
  readonly key: string;
  readonly severity: 'warning' | 'critical' | 'emergency';
  readonly state: 'firing' | 'resolved';
  readonly message: string;
  readonly atMs: number;
  readonly readings: object;
}
export interface AlertSink {
  readonly name: string;
  /** May fail: it is logged, and nothing else happens. Has `signal` to end by. */
  send(alert: Alert, signal: AbortSignal): Promise<void>;
}

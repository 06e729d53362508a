import type { BreakerSettings } from './breaker/index.ts';
import type { AlertSink, Clock, Log, Response, Sensors } from './contracts.ts';
import { defaultLevelOptions, type LevelOptions, type Thresholds } from './levels/index.ts';
import type { LeakOptions } from './monitor/index.ts';
import type { CollectionSettings, DrainSettings, Progress, ResponderSettings } from './responses/index.ts';

/** What a governor may be told; each has a default, and `createGovernor()` is enough to begin with. */
export interface GovernorOptions {
  /** What measures memory; this process by default. Who hands them in closes them. */
  readonly sensors?: Sensors;
  readonly clock?: Clock;
  /** Where log lines go; pino fits. Warnings and errors to the console by default. */
  readonly log?: Log;

  /** How far apart samples are: 250, and 100 from critical on. */
  readonly sampleMs?: number;
  readonly urgentSampleMs?: number;
  /** Levels are entered at 0.70, 0.85 and 0.95 and left 0.05 below, after 5 s. Throws a RangeError for what could not work. */
  readonly levels?: Partial<Omit<LevelOptions, 'thresholds'>> & { readonly thresholds?: Partial<Thresholds> };
  /** When `check` and `run` refuse: from 0.8 on. */
  readonly breaker?: Partial<BreakerSettings>;

  /** What all caches may hold together; by default a quarter of the smallest limit that is measured. */
  readonly cacheBudgetBytes?: number;
  /** What may lie outside V8's heap (Buffers); no signal without it. Only for the process's own sensors. */
  readonly externalBudgetBytes?: number;
  /** What may be resident; the machine's memory by default. Only for the process's own sensors. */
  readonly rssBudgetBytes?: number;
  /** What may be reserved at one time; by default as much as is free. */
  readonly reservationBudgetBytes?: number;
  /** Reservations are admitted while what is used and reserved stays below this pressure. Default 0.85. */
  readonly admitBelow?: number;

  /** Who is told of levels and leaks, and how often of one that lasts: every 15 minutes. */
  readonly alerts?: { readonly sinks: readonly AlertSink[]; readonly throttleMs?: number };
  /** Forced collections; off by default. */
  readonly collection?: Partial<CollectionSettings>;
  /** Whether, and how, the service may be asked to drain and restart; never by default. */
  readonly drain?: DrainSettings;
  readonly leak?: LeakOptions;
  /** How responses are run: slices of 3 ms, recovery steps of 2000 ms. */
  readonly response?: Partial<ResponderSettings>;
  /** What else gives memory back under pressure; `respond` adds more. */
  readonly responses?: readonly Response[];
  /** Told of each step that a response takes, in the turn of its work. */
  readonly onProgress?: (progress: Progress) => void;
}

export const defaultSampleMs = 250;
export const defaultUrgentSampleMs = 100;

/** Level options with the defaults filled in. */
export const levelOptionsOf = ({ levels = {} }: GovernorOptions): LevelOptions => ({
  ...defaultLevelOptions,
  ...levels,
  thresholds: { ...defaultLevelOptions.thresholds, ...levels.thresholds },
});

const quarter = 0.25;
const budgetWithoutLimitBytes = 64 * 2 ** 20;

/** A quarter of the smallest limit that is measured; where none is, 64 MiB. */
export function defaultCacheBudgetBytes(sensors: Sensors): number {
  try {
    const limits = Object.values(sensors.readSignals()).map(({ limitBytes }) => limitBytes);
    return limits.length === 0 ? budgetWithoutLimitBytes : Math.floor(quarter * Math.min(...limits));
  } catch {
    return budgetWithoutLimitBytes;
  }
}

const quiet = () => undefined;

/** Warnings and errors on the console, nothing else. */
export const consoleLog: Log = {
  debug: quiet,
  info: quiet,
  warn: (fields, message) => console.warn(message, fields),
  error: (fields, message) => console.error(message, fields),
};

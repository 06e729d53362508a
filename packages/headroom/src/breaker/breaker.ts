import type { Clock, Level, Reading, Sample } from '../contracts.ts';
import { MemoryPressureError, readingsOf, type PressureReadings } from '../pressure-error.ts';
import { createFreshness } from './freshness.ts';

export type BreakerState = 'closed' | 'open' | 'half-open';

export interface BreakerSettings {
  /** The pressure from which calls are refused. Default 0.8. */
  readonly at: number;
  /**
   * It opens below `at` too, where the old generation with what is about to get old would be so full: V8 moves that at once, and
   * ends the process where it doesn't fit. Default 0.95.
   */
  readonly fullAt: number;
  /** How far below pressure must fall before calls are tried again. Default 0.05. */
  readonly band: number;
  /** How many calls are let through to try. Default 3. */
  readonly trials: number;
  /** A trial that lasts longer than this counts as ended: a call of hours must not keep others out. Default 10 000. */
  readonly longestTrialMs: number;
  /** What a refused caller is told to wait. Default 2000. */
  readonly retryAfterMs: number;
}

export interface BreakerOptions extends Partial<BreakerSettings> {
  readonly clock: Clock;
  /** A sample older than this is not trusted; the second one counts near the threshold. */
  readonly maxAgeMs: number;
  readonly nearMaxAgeMs: number;
  level(): Level;
  /** The last sample. */
  sample(): Sample;
  /** Takes one now, in the caller's turn. */
  resample(): Sample;
  /** The old generation alone, cheaper than a sample; null where it can't be read. */
  glance?(): Reading | null;
  /** Collects garbage and takes a sample after it; null where that may not be done now. */
  recheck?(): Sample | null;
}

export interface BreakerUsage extends PressureReadings {
  readonly state: BreakerState;
}

export interface Breaker {
  /** Does nothing while memory is there. Throws a `MemoryPressureError` (503) while it is not, or while trials run. */
  check(): void;
  /** Checks, then gives what `fn` gives (promises are waited for as trials). Throws what `check` or `fn` throws. */
  run<T>(fn: () => T): T;
  /** The readings now. */
  usage(): BreakerUsage;
  readonly state: BreakerState;
  /** How often it has opened, and how many calls it has refused. */
  readonly trips: number;
  readonly rejections: number;
  onSample(sample: Sample): void;
  /** Takes a sample where the last one is too old. */
  refresh(): void;
  /** Takes a sample where the last one is too old; says how many requests may come in before it is to be called again. */
  refreshForRequests(): number;
  /** From then on it is closed, and takes no samples. */
  stop(): void;
}

const defaultBreakerSettings: BreakerSettings = {
  at: 0.8,
  fullAt: 0.95,
  band: 0.05,
  trials: 3,
  longestTrialMs: 10_000,
  retryAfterMs: 2000,
};

/** A request takes longer than what goes on between two guards in a loop: it stands for so many of them. */
const callsOfRequest = 4;

/** At 50 MB/s, 1 % of a small heap comes in this time. */
const glanceEveryMs = 25;
/** What a process can allocate and keep: 500 MB/s. */
const fastestBytesPerMs = 500_000;

/** Throws a RangeError for settings that could not work. */
function checkSettings({ at, band, trials }: BreakerSettings): void {
  if (!(at > 0) || !(band > 0) || !(band < at))
    throw new RangeError(`A breaker at ${at} with a band of ${band} can't close`);
  if (!(trials >= 1)) throw new RangeError(`trials is ${trials}; it must be 1 at least`);
}

const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as PromiseLike<unknown> | null)?.then === 'function';

/**
 * Refuses calls while memory is short. Closed, a check is a count and a comparison; it looks at the clock now and then, and takes
 * the sample itself where the timer was held up.
 */
export function createBreaker(options: BreakerOptions): Breaker {
  const settings = { ...defaultBreakerSettings, ...options };
  checkSettings(settings);
  const { clock, at, fullAt, trials, longestTrialMs, retryAfterMs } = settings;
  const exit = Math.round((at - settings.band) * 1e9) / 1e9;
  const near = at - 2 * settings.band;

  let state: BreakerState = 'closed';
  let trips = 0;
  let rejections = 0;
  let seen: Sample | null = null;
  let rechecking = false;
  /** An array, because a variable would allocate a number at each change. */
  const glanceDueMs = new Float64Array(1);
  let isStopped = false;
  /** Grows with each time that trials begin; one that ends under an older number says nothing. */
  let round = 0;
  let begun = 0;
  let running = 0;
  let lastBegunMs = 0;

  const freshness = createFreshness({ ...options, isAlarming }, () => isStopped || observe(options.resample()));

  /** A glance between samples that is worth one. */
  function isAlarming(nowMs: number): boolean {
    if (nowMs < glanceDueMs[0]! || state === 'open') return false;
    const reading = options.glance?.();
    glanceDueMs[0] = nowMs + roomMs(reading);
    return reading != null && (reading.usedBytes >= at * reading.limitBytes || isFilling(reading));
  }

  /** No sooner than so can the old generation be short. */
  function roomMs(reading: Reading | null | undefined): number {
    if (reading == null) return Infinity;
    const { usedBytes, soonBytes = 0, limitBytes } = reading;
    return Math.max(glanceEveryMs, (at * limitBytes - usedBytes - soonBytes) / fastestBytesPerMs);
  }

  const isFilling = (reading: Reading | undefined): boolean =>
    reading?.soonBytes !== undefined && reading.usedBytes + reading.soonBytes >= fullAt * reading.limitBytes;

  function observe(sample: Sample): void {
    if (sample === seen || isStopped) return;
    seen = sample;
    glanceDueMs[0] = sample.atMs + roomMs(sample.signals['old-generation']);
    freshness.reset(sample.pressure >= near);
    const isFull = sample.pressure >= at || isFilling(sample.signals['old-generation']);
    if (isFull) open(sample);
    else if (sample.pressure < exit) improve();
  }

  function open(sample: Sample): void {
    if (state === 'open') return;
    if (sample.tightest === 'old-generation' && !rechecking && options.recheck !== undefined) {
      rechecking = true;
      try {
        const again = options.recheck();
        if (again !== null) return observe(again);
      } finally {
        rechecking = false;
      }
    }
    state = 'open';
    trips += 1;
  }

  function improve(): void {
    if (state === 'open') {
      state = 'half-open';
      round += 1;
      begun = 0;
      running = 0;
    } else if (state === 'half-open' && begun === trials) {
      if (running === 0 || clock.now() - lastBegunMs >= longestTrialMs) state = 'closed';
    }
  }

  /** Lets a trial begin, or throws. */
  function beginTrial(): number {
    if (state === 'open' || begun === trials) {
      rejections += 1;
      throw new MemoryPressureError('Memory is short: try again later', {
        retryAfterMs,
        readings: readingsOf(options.sample(), options.level()),
      });
    }
    begun += 1;
    lastBegunMs = clock.now();
    return round;
  }

  /** The last one to end looks at once what they have done to memory. */
  function endTrial(of: number): void {
    if (of !== round) return;
    running -= 1;
    if (running === 0 && begun === trials && state === 'half-open') observe(options.resample());
  }

  return {
    check() {
      freshness.count();
      if (state !== 'closed') beginTrial();
    },
    run(fn) {
      freshness.count();
      if (state === 'closed') return fn();
      const trial = beginTrial();
      running += 1;
      const end = () => endTrial(trial);
      let result;
      try {
        result = fn();
      } catch (error) {
        end();
        throw error;
      }
      if (!isPromise(result)) end();
      else void result.then(end, end);
      return result;
    },
    usage() {
      freshness.look();
      return { ...readingsOf(options.sample(), options.level()), state };
    },
    get state() {
      return state;
    },
    get trips() {
      return trips;
    },
    get rejections() {
      return rejections;
    },
    onSample: observe,
    refresh: () => freshness.look(),
    refreshForRequests: () => Math.floor(freshness.look() / callsOfRequest),
    stop() {
      isStopped = true;
      state = 'closed';
    },
  };
}

import type { Clock, LevelChange, Log, Sample, Sensors, Timer } from '../contracts.ts';
import { isAtLeast } from '../contracts.ts';
import { createGaugeReader } from './gauge-reader.ts';
import { createLeakWatch, type LeakOptions, type LeakReport } from './leak.ts';
import { createMinutes, type MinuteSummary } from './minutes.ts';
import { createRing } from './ring.ts';
import { createThrottledLog } from './throttled-log.ts';
import { toSample } from './to-sample.ts';
import { createTrack, type Track } from './track.ts';

export interface MonitorOptions {
  readonly sensors: Sensors;
  readonly clock: Clock;
  readonly log: Log;
  /** True from critical on: then samples are `urgentSampleMs` apart. */
  urgent(): boolean;
  /** Default 250. */
  readonly sampleMs?: number;
  /** Default 100. */
  readonly urgentSampleMs?: number;
  /** Samples of this pressure and above are logged; default 0.7. */
  readonly warnAt?: number;
  /** How often each kind of line is logged at most; default a minute. */
  readonly logIntervalMs?: number;
  readonly leak?: LeakOptions | undefined;
}

export interface Monitor {
  /** Takes a sample at once, and one after another from then on. Started already, it does nothing. */
  start(): void;
  /** From then on nothing is scheduled, and the sensors have no listener of ours. What was seen can still be read. */
  stop(): void;
  /** Takes one now, also when stopped. It counts as every other: rings, listeners, and the timer starts anew. */
  sample(): Sample;
  readonly last: Sample | null;
  history(): { fine: Sample[]; minutes: MinuteSummary[] };
  leak(): LeakReport;
  readonly track: Track;
  /** Called with every sample, in the turn that takes it, before it is logged. Gives back how to stop. */
  onSample(listener: (sample: Sample) => void): () => void;
  /** Called when a leak begins, gets worse or is over. Gives back how to stop. */
  onLeak(listener: (report: LeakReport) => void): () => void;
  /** Logs a change of level, each level at most once in its interval. */
  logChange(change: LevelChange): void;
  /** Logs a sensor that can't be read, each at most once in its interval. */
  logSensor(name: string, error: Error): void;
}

const fineMs = 60_000;
/** Where samples are set closer together than 50 ms, the fine ring holds less than its minute. */
const maxFineSamples = 1200;

export function createMonitor(options: MonitorOptions): Monitor {
  const { sensors, clock, log, urgent, sampleMs = 250, urgentSampleMs = 100, warnAt = 0.7 } = options;
  const say = createThrottledLog(log, clock, options.logIntervalMs ?? 60_000);
  const fine = createRing<Sample>(Math.min(maxFineSamples, Math.ceil(fineMs / Math.min(sampleMs, urgentSampleMs)) + 1));
  const minutes = createMinutes();
  const leaks = createLeakWatch(options.leak);
  const gauges = createGaugeReader(sensors, (error) => logSensor('gauges', error));
  const sampleListeners = new Set<(sample: Sample) => void>();
  const leakListeners = new Set<(report: LeakReport) => void>();
  let last: Sample | null = null;
  let timer: Timer | null = null;
  let unsubscribe: (() => void) | null = null;

  function logSensor(name: string, error: Error) {
    say('warn', `sensor ${name}`, { sensor: name, error }, 'a memory sensor cannot be read');
  }

  function readSignals(): Sample['signals'] {
    try {
      return sensors.readSignals();
    } catch (error) {
      logSensor('signals', error as Error);
      return {};
    }
  }

  function tell<T>(listeners: ReadonlySet<(value: T) => void>, value: T) {
    for (const listener of listeners) {
      try {
        listener(value);
      } catch (error) {
        say('error', 'listener', { error }, 'a listener of the memory monitor has failed');
      }
    }
  }

  function leakChanged() {
    const report = leaks.report();
    if (report.severity === null) say('info', 'leak over', {}, 'memory is leaking no more');
    else say('warn', `leak ${report.severity}`, report, 'memory is leaking');
    tell(leakListeners, report);
  }

  function sample(): Sample {
    const taken = toSample(clock.now(), readSignals(), gauges.forSample());
    last = taken;
    fine.push(taken);
    // At the usual pace the ring has room for more than its minute.
    fine.dropWhile(({ atMs }) => atMs <= taken.atMs - fineMs);
    minutes.push(taken);
    const isChanged = leaks.pushSample(taken);
    tell(sampleListeners, taken);
    if (isChanged) leakChanged();
    if (taken.pressure >= warnAt) say('warn', 'short', logged(taken), 'memory is short');
    if (unsubscribe !== null) schedule();
    return taken;
  }

  function schedule() {
    timer?.cancel();
    timer = clock.after(urgent() ? urgentSampleMs : sampleMs, sample);
  }

  return {
    start() {
      if (unsubscribe !== null) return;
      unsubscribe = sensors.onMajorCollection((floorBytes, atMs) => {
        if (leaks.pushFloor(floorBytes, atMs)) leakChanged();
      });
      sample();
    },
    stop() {
      timer?.cancel();
      unsubscribe?.();
      timer = unsubscribe = null;
    },
    sample,
    get last() {
      return last;
    },
    history() {
      const nowMs = clock.now();
      return { fine: fine.items().filter(({ atMs }) => atMs > nowMs - fineMs), minutes: minutes.read(nowMs) };
    },
    leak: () => leaks.report(),
    track: createTrack(() => gauges.between(), clock, log),
    onSample: (listener) => subscribe(sampleListeners, listener),
    onLeak: (listener) => subscribe(leakListeners, listener),
    logChange({ level, previous, sample }) {
      const isWorse = isAtLeast(level, previous);
      const message = isWorse ? `memory is at ${level}` : `memory is back to ${level}`;
      say(isWorse ? 'warn' : 'info', `level ${level}`, { level, previous, ...logged(sample) }, message);
    },
    logSensor,
  };
}

const logged = ({ pressure, tightest, signals, gauges }: Sample): object => {
  const { rssBytes, heapUsedBytes, externalBytes } = gauges;
  return { pressure, tightest, signals, rssBytes, heapUsedBytes, externalBytes };
};

function subscribe<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

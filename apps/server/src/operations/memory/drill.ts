import { isAtLeast, type Governor, type Sample, type SignalName, type Thresholds } from '@hansard/headroom';
import type { MemoryDrill, MemoryDrillReport } from '@hansard/protocol';
import type { Logger } from 'pino';
import { AppError } from '../../errors.ts';
import { createBallast, type Ballast } from './ballast.ts';

export interface DrillOptions {
  governor: Pick<Governor, 'sample' | 'onSample' | 'level' | 'responses' | 'features' | 'relief'>;
  thresholds: Thresholds;
  /** Bytes that the whole machine has to spare. */
  freeBytes: () => number;
  /** Asks for a collection, so that objects let go are gone. */
  collect: () => void;
  /** After so long in emergency the process would be restarted; undefined: never. */
  restartAfterMs: number | undefined;
  log: Pick<Logger, 'warn'>;
  ballast?: (maxPagesBytes: number) => Ballast;
  /** Milliseconds since 1970. */
  now?: () => number;
}

export type Drill = ReturnType<typeof createDrill>;
type Course = { -readonly [Key in keyof MemoryDrillReport]: MemoryDrillReport[Key] };

/** A level is asked for by so much above its threshold, and nothing ever taken beyond so much. */
const aimAbove = 0.005;
const mostAbove = 0.01;
/** Pressure rises in so many steps, one a sample: on the graph that is a slope, and responses have their time. */
const raiseSteps = 24;
const leastStepBytes = 256 * 1024;
const raiseDeadlineMs = 60_000;
const recoveryDeadlineMs = 120_000;
/** An emergency outlasts what caused it: it is left after a dwell. */
const restartMarginMs = 15_000;
/** Of what the machine has to spare, at most so much is taken. */
const shareOfFree = 0.8;
const maxLevels = 50;

/**
 * Applies real pressure: takes memory, step by step, of the kind that the tightest signal counts, until the level is reached;
 * holds it, lets go, and sees how all goes back. One at a time. It stops by itself, whatever happens.
 */
export function createDrill(options: DrillOptions) {
  const { governor, thresholds, freeBytes, collect, restartAfterMs, log, now = Date.now } = options;
  const makeBallast = options.ballast ?? createBallast;
  let running: { course: Course; ballast: Ballast; stop: () => void } | null = null;
  let last: Course | null = null;

  function start({ target, holdMs }: MemoryDrill): MemoryDrillReport {
    if (running) throw new AppError('CONFLICT', 'A drill is running already.');
    const first = governor.sample();
    if (governor.level !== 'normal') {
      throw new AppError('CONFLICT', 'Memory is short as it is. Drill when the level is normal.');
    }
    if (target === 'emergency' && restartAfterMs !== undefined && restartAfterMs <= holdMs + restartMarginMs) {
      throw new AppError(
        'CONFLICT',
        'HANSARD_MEMORY_RESTART_MS would restart the server in this drill. Choose critical.',
      );
    }
    const aim = thresholds[target] + aimAbove;
    const needed = needOf(first, aim);
    if (!needed) throw new AppError('CONFLICT', 'No signal has a limit here, so no level can be reached.');
    const mostBytes = Math.floor(freeBytes() * shareOfFree);
    if (needed.bytes > mostBytes) {
      throw new AppError(
        'CONFLICT',
        `This would take ${inMb(needed.bytes)}, and the machine has ${inMb(mostBytes)} to spare. Set HANSARD_MEMORY_BYTES to drill with less.`,
      );
    }

    const course = newCourse({ target, holdMs, startedAt: now() });
    const ballast = makeBallast(mostBytes);
    const stepBytes = Math.max(leastStepBytes, needed.bytes / raiseSteps);
    let crossedAfter: number | null = null;
    let samples = 0;
    let isWorking = false;
    const isHolding = (): boolean => course.phase === 'raising' || course.phase === 'holding';
    const elapsed = (): number => now() - course.startedAt;

    function letGo(outcome: NonNullable<Course['outcome']>, detail: string | null = null): void {
      if (!isHolding()) return;
      const hadObjects = ballast.heapBytes > 0;
      ballast.release();
      if (hadObjects) collect();
      Object.assign(course, { outcome, detail, phase: 'recovering', heldBytes: 0, releasedMs: elapsed() });
    }

    function end(): void {
      stopListening();
      course.phase = 'over';
      running = null;
    }

    /** What the responses have done, seen with each sample. */
    function follow({ pressure }: Sample): void {
      samples += 1;
      const { level } = governor;
      course.peakPressure = Math.max(course.peakPressure, pressure);
      if (course.levels.at(-1)?.level !== level && course.levels.length < maxLevels) {
        course.levels.push({ atMs: elapsed(), level, pressure });
      }
      if (course.crossedMs === null && pressure >= thresholds.warning) {
        course.crossedMs = elapsed();
        crossedAfter = samples;
      }
      if (crossedAfter === null) return;
      const { ledgerBytes, observedBytes } = governor.relief;
      course.relief = {
        ledgerBytes: Math.max(course.relief.ledgerBytes, Math.round(ledgerBytes)),
        // What the drill itself lets go is nobody's relief.
        observedBytes: isHolding()
          ? Math.max(course.relief.observedBytes, Math.round(observedBytes))
          : course.relief.observedBytes,
      };
      const respondedBy = course.respondedMs === null ? atWork() : null;
      if (respondedBy !== null) {
        Object.assign(course, { respondedBy, respondedMs: elapsed(), responseSamples: samples - crossedAfter + 1 });
      }
    }

    function atWork(): string | null {
      const response = governor.responses().find(({ strength }) => strength > 0);
      return response?.name ?? governor.features().find(({ on }) => !on)?.name ?? null;
    }

    /** Takes what is missing, or gives back what is too much, as of this sample. */
    async function weigh(sample: Sample): Promise<void> {
      const need = needOf(sample, aim);
      if (!need) return letGo('gave-up', 'The signals are off.');
      const { tightest, bytes } = need;
      const isTooMuch = sample.pressure > thresholds[target] + mostAbove;
      if (bytes <= 0 && !isTooMuch) return;
      try {
        if (tightest === 'old-generation') {
          await ballast.resizeHeap(ballast.heapBytes + Math.min(stepBytes, bytes - ballast.unsettledBytes));
        } else {
          await ballast.resizePages(ballast.pagesBytes + Math.min(stepBytes, bytes));
        }
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        return letGo('gave-up', 'The system gives no more memory.');
      }
      const heldBytes = ballast.pagesBytes + ballast.heapBytes;
      course.heldBytes = heldBytes;
      course.peakBytes = Math.max(course.peakBytes, heldBytes);
      course.peakHeapBytes = Math.max(course.peakHeapBytes, ballast.heapBytes);
    }

    async function onSample(sample: Sample): Promise<void> {
      follow(sample);
      const { level } = governor;
      const atMs = elapsed();
      if (course.phase === 'raising' && isAtLeast(level, target)) {
        Object.assign(course, { phase: 'holding', reachedMs: atMs });
      }
      if (course.phase === 'raising' && atMs > raiseDeadlineMs) {
        letGo('gave-up', `After ${raiseDeadlineMs / 1000} s, the level was still ${level}.`);
      }
      if (course.phase === 'holding' && atMs - course.reachedMs! >= holdMs) letGo('reached');
      if (course.phase === 'recovering') {
        const isBack = level === 'normal' && governor.responses().every(({ strength }) => strength === 0);
        if (isBack) course.recoveredMs = atMs;
        if (isBack || atMs - course.releasedMs! > recoveryDeadlineMs) end();
        return;
      }
      await weigh(sample);
    }

    const stopListening = governor.onSample((sample) => {
      if (isWorking) return follow(sample);
      isWorking = true;
      onSample(sample)
        .catch((error: unknown) => {
          log.warn({ err: error }, 'a drill failed');
          letGo('gave-up', 'It failed; the log says why.');
        })
        .finally(() => (isWorking = false));
    });
    running = { course, ballast, stop: () => letGo('cancelled') };
    last = course;
    return { ...course };
  }

  return {
    /**
     * Begins a drill. Throws `CONFLICT` where one runs, memory is short already, or the pressure would be too much for the
     * machine, and says what to do.
     */
    start,
    /** Lets go at once. Gives the report of the last drill; null where there was none. */
    cancel(): MemoryDrillReport | null {
      running?.stop();
      return last && { ...last };
    },
    /** Of the drill that runs, or ran last. */
    get report(): MemoryDrillReport | null {
      return last && { ...last };
    },
  };
}

/** The signal that reaches `aim` first, and the bytes that it lacks; below 0 where it is beyond. Null where none is on. */
function needOf({ signals }: Sample, aim: number): { tightest: SignalName; bytes: number } | null {
  let least: { tightest: SignalName; bytes: number } | null = null;
  for (const [name, { usedBytes, limitBytes }] of Object.entries(signals)) {
    const bytes = aim * limitBytes - usedBytes;
    if (least === null || bytes < least.bytes) least = { tightest: name as SignalName, bytes };
  }
  return least;
}

const newCourse = (head: Pick<Course, 'target' | 'holdMs' | 'startedAt'>): Course => ({
  ...head,
  phase: 'raising',
  outcome: null,
  detail: null,
  heldBytes: 0,
  peakBytes: 0,
  peakHeapBytes: 0,
  peakPressure: 0,
  crossedMs: null,
  respondedMs: null,
  respondedBy: null,
  responseSamples: null,
  reachedMs: null,
  releasedMs: null,
  recoveredMs: null,
  relief: { ledgerBytes: 0, observedBytes: 0 },
  levels: [],
});

const inMb = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`;

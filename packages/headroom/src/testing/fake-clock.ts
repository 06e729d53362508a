import type { Clock, Timer } from '../contracts.ts';

export interface FakeClock extends Clock {
  /** Lets `ms` pass: each timer runs at its own time, in order, those set meanwhile too. */
  advance(ms: number): void;
  /** The same, with the promises settled (and a turn of the event loop) before the first timer and after each one. */
  advanceAsync(ms: number): Promise<void>;
  /** Timers that are set and have not run. */
  readonly pending: number;
}

interface FakeTimer {
  readonly atMs: number;
  readonly run: () => void;
}

/** More timers than this in one step are one that sets itself again without delay. */
const maxRuns = 1_000_000;

const settle = () => new Promise<void>((resolve) => void setImmediate(resolve));

/** A clock that stands still until it is pushed. Begins at `startMs`. */
export function createFakeClock(startMs = 0): FakeClock {
  let nowMs = startMs;
  const timers = new Set<FakeTimer>();

  function after(delayMs: number, run: () => void): Timer {
    const timer: FakeTimer = { atMs: nowMs + Math.max(0, delayMs), run };
    timers.add(timer);
    return { cancel: () => void timers.delete(timer) };
  }

  /** Runs the earliest timer due by `untilMs`, of several the one set first; says whether there was one. */
  function runNext(untilMs: number): boolean {
    let next: FakeTimer | undefined;
    for (const timer of timers) {
      if (timer.atMs <= untilMs && (next === undefined || timer.atMs < next.atMs)) next = timer;
    }
    if (next === undefined) return false;
    timers.delete(next);
    nowMs = next.atMs;
    next.run();
    return true;
  }

  function checkRuns(runs: number) {
    if (runs > maxRuns) throw new Error(`More than ${maxRuns} timers ran in one step of the clock`);
  }

  return {
    now: () => nowMs,
    after,
    advance(ms) {
      const untilMs = nowMs + ms;
      for (let runs = 0; runNext(untilMs); runs += 1) checkRuns(runs);
      nowMs = untilMs;
    },
    async advanceAsync(ms) {
      const untilMs = nowMs + ms;
      await settle();
      for (let runs = 0; runNext(untilMs); runs += 1) {
        checkRuns(runs);
        await settle();
      }
      nowMs = untilMs;
    },
    get pending() {
      return timers.size;
    },
  };
}

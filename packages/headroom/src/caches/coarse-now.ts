import type { Clock } from '../contracts.ts';

/** A timer may be held up by work that doesn't end: so many calls later, the clock is looked at again anyhow. */
const maxCalls = 64;

/** The clock's time, at most a millisecond or 64 calls old: looking at it at each `get` costs more than the `get`. Never 0. */
export function createCoarseNow(clock: Clock): () => number {
  let nowMs = 0;
  let callsLeft = 0;
  let isTimerSet = false;

  function look() {
    nowMs = clock.now() + 1;
    callsLeft = maxCalls;
    if (isTimerSet) return;
    isTimerSet = true;
    clock.after(1, () => {
      isTimerSet = false;
      callsLeft = 0;
    });
  }

  return () => {
    callsLeft -= 1;
    if (callsLeft < 0) look();
    return nowMs;
  };
}

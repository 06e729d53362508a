import { performance } from 'node:perf_hooks';
import type { Clock } from './contracts.ts';

/** The process's monotonic clock, and timers that don't keep it alive. */
export const createClock = (): Clock => ({
  now: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
});

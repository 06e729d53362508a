import { performance } from 'node:perf_hooks';
import type { Clock } from './clock.ts';

export interface AudioFirst {
  /** Chunks that may be begun now. */
  left(): number;
  begun(chunks: number): void;
  /** When more may be begun, where none is left. */
  readonly moreAt: number;
}

interface AudioFirstOptions {
  clock: Clock;
  /** The busy share of this process's main thread since the last call, 0 to 1. */
  busyShare?: () => number;
}

/** Judged anew, and a new allowance given, every so often. */
const windowMs = 100;
/** Above it slices wait for each other. */
const mostBusyShare = 0.8;
/** Chunks begun in a window: more than any machine does. */
const mostChunks = 1000;
/** Text goes on, however slowly. */
const leastChunks = 4;
const growth = 1.2;
/** Of what was begun in the window before. */
const shrinking = 0.8;

/**
 * Who speaks waits for an answer to each slice; text may come a little later. So chunks are begun as fast as the process
 * can do without becoming so busy that slices wait: an allowance that grows while there is room, and shrinks while there is none.
 */
export function createAudioFirst({ clock, busyShare = measureBusyShare() }: AudioFirstOptions): AudioFirst {
  let allowance = mostChunks;
  let left = allowance;
  let began = clock.now();

  return {
    left() {
      if (clock.now() - began < windowMs) return Math.floor(left);
      began = clock.now();
      const next = busyShare() > mostBusyShare ? (allowance - left) * shrinking : allowance * growth;
      allowance = Math.min(mostChunks, Math.max(leastChunks, next));
      left = allowance;
      return Math.floor(left);
    },
    begun(chunks) {
      left -= chunks;
    },
    get moreAt() {
      return began + windowMs;
    },
  };
}

function measureBusyShare(): () => number {
  let last = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization;
  };
}

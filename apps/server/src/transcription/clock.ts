/** Time as the scheduler sees it, so that tests can let an hour pass. Milliseconds since 1970. */
export interface Clock {
  now(): number;
  /** Calls once after so long, and keeps no process alive for it. Gives back what cancels it. */
  after(ms: number, call: () => void): () => void;
}

export const systemClock: Clock = {
  now: Date.now,
  after(ms, call) {
    const timer = setTimeout(call, Math.min(ms, 2 ** 31 - 1));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

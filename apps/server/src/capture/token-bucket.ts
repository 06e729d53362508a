/** A rate of `perSecond`, with a burst of one second's worth. */
export function createTokenBucket(perSecond: number, now: () => number) {
  let tokens = perSecond;
  let filledAt = now();
  return {
    /** Takes `count`; says how many milliseconds too early it is, 0 where it was granted. */
    take(count: number): number {
      const at = now();
      // A clock that was put back takes nothing away.
      const elapsedMs = Math.max(0, at - filledAt);
      tokens = Math.min(perSecond, tokens + (elapsedMs * perSecond) / 1000);
      filledAt = at;
      if (tokens < count) return Math.ceil(((count - tokens) * 1000) / perSecond);
      tokens -= count;
      return 0;
    },
  };
}

export type TokenBucket = ReturnType<typeof createTokenBucket>;

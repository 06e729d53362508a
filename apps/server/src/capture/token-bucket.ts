/** A rate of `perSecond`, with a burst of one second's worth. Each track has two: a class takes a third of what closures do. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #now: () => number;
  #tokens: number;
  #filledAt: number;

  constructor(perSecond: number, now: () => number) {
    this.#perSecond = perSecond;
    this.#now = now;
    this.#tokens = perSecond;
    this.#filledAt = now();
  }

  /** Takes `count`; says how many milliseconds too early it is, 0 where it was granted. */
  take(count: number): number {
    const at = this.#now();
    // A clock that was put back takes nothing away.
    const elapsedMs = Math.max(0, at - this.#filledAt);
    this.#tokens = Math.min(this.#perSecond, this.#tokens + (elapsedMs * this.#perSecond) / 1000);
    this.#filledAt = at;
    if (this.#tokens < count) return Math.ceil(((count - this.#tokens) * 1000) / this.#perSecond);
    this.#tokens -= count;
    return 0;
  }
}

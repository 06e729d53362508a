/** What ends by itself and can be asked whether it has, as a server's response can. */
export interface Ending {
  readonly closed: boolean;
  readonly destroyed: boolean;
  readonly writableFinished: boolean;
  once(event: 'close', listener: () => void): unknown;
}

/** So many are added between two sweeps at least: an ended one is kept from the collector until then, or until the next sample. */
const leastBetween = 32;

/** Not by destructuring, which would ask for all three of each. */
const hasEnded = (one: Ending) => one.closed || one.destroyed || one.writableFinished;

// oxlint-disable-next-line unicorn/no-new-array -- Array.from would fill it, for every few requests.
const slotsFor = (count: number) => new Array<Ending>(count);

/**
 * Those that have not ended, without a listener on each, which costs more than a look: at most five looks for each that is added,
 * since a sweep comes when a quarter has been added to what the last one left.
 */
export class Unended {
  /** Made anew by each sweep: to note in an old object what is new costs the collector's barrier, more than all else here. */
  #slots: Ending[] = slotsFor(leastBetween);
  #count = 0;
  #sweepAt = leastBetween;

  /** Never too small; those that have ended since the last sweep are counted too. */
  get count(): number {
    return this.#count;
  }

  add(one: Ending): void {
    if (this.#count >= this.#sweepAt) this.sweep();
    this.#slots[this.#count++] = one;
  }

  /** Looks at all, and forgets those that have ended. */
  sweep(): void {
    const before = this.#slots;
    let unended = 0;
    for (let at = 0; at < this.#count; at += 1) if (!hasEnded(before[at]!)) before[unended++] = before[at]!;
    this.#sweepAt = unended + Math.max(leastBetween, unended >> 2);
    this.#slots = slotsFor(this.#sweepAt);
    for (let at = 0; at < unended; at += 1) this.#slots[at] = before[at]!;
    this.#count = unended;
  }

  /** Looks at all, forgets all, and gives those that have not ended. */
  take(): Ending[] {
    this.sweep();
    const taken = this.#slots.slice(0, this.#count);
    this.#slots = slotsFor(leastBetween);
    this.#sweepAt = leastBetween;
    this.#count = 0;
    return taken;
  }
}

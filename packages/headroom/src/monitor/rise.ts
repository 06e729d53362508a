import { createRing } from './ring.ts';

export interface Rise {
  readonly severity: 'warning' | 'critical';
  readonly fromBytes: number;
  readonly toBytes: number;
  /** When it began to rise. */
  readonly sinceMs: number;
  readonly bytesPerMinute: number;
}

export interface Low {
  readonly bytes: number;
  readonly atMs: number;
}

export interface RiseOptions {
  readonly windowMs: number;
  /** A rise over the time of so many windows is a warning, over `criticalWindows` it is critical. */
  readonly windows: number;
  readonly criticalWindows: number;
  /** Whether it is enough, from the low of the first window to that of the last. */
  isEnough(from: Low, to: Low): boolean;
}

export interface RiseWatch {
  /** True where `rise` is another than before. */
  push(bytes: number, atMs: number): boolean;
  readonly rise: Rise | null;
}

interface Window {
  readonly startMs: number;
  low: Low;
  highBytes: number;
}

/** Share of the steps from window to window that go up: nearly every one. */
const risingShare = 0.85;

/**
 * Major collections become rare where nearly all that is allocated stays: V8 waits for the heap to grow by a third or more.
 * So many windows that have a value are enough, as long as they span the time.
 */
const leastValues = 6;

/** Who gives back more than this share of the rise in between is swinging. */
const givenBackShare = 0.5;

/** A height was there before where a window reached to within this share of the rise of it. */
const reachShare = 0.25;

/** How far back is looked for a height that was there before, and was come back from. */
const maxWindows = 120;

/**
 * Tells a rising floor from swings. The floor is the lowest value of each window of time; windows without values are
 * passed over. It rises where nearly every step goes up and none gives much back, and the last window's low is above all of the
 * first window and above what earlier ones reached. It is over when half is given back, or no rise seen for as many windows.
 */
export function createRiseWatch(options: RiseOptions): RiseWatch {
  const { windowMs, windows, criticalWindows, isEnough } = options;
  const closed = createRing<Window>(maxWindows);
  let open: Window | null = null;
  let rise: Rise | null = null;
  let windowsWithout = 0;

  function riseOver(all: readonly Window[], count: number): Omit<Rise, 'severity'> | null {
    const last = all.at(-1);
    const begin = all.findLastIndex(
      ({ startMs }, index) =>
        last!.startMs - startMs >= (count - 1) * windowMs && all.length - index >= Math.min(count, leastValues),
    );
    const first = all[begin];
    if (first === undefined || last === undefined) return null;
    const span = all.slice(begin);
    const riseBytes = last.low.bytes - first.low.bytes;
    if (last.low.bytes <= first.highBytes || !isEnough(first.low, last.low)) return null;
    let steps = 0;
    let topBytes = first.low.bytes;
    for (const [index, { low }] of span.entries()) {
      if (index > 0 && low.bytes > span[index - 1]!.low.bytes) steps += 1;
      topBytes = Math.max(topBytes, low.bytes);
      if (topBytes - low.bytes > givenBackShare * riseBytes) return null;
    }
    if (steps < risingShare * (span.length - 1)) return null;
    // Once may have been a single large job; twice is a swing that comes back.
    const reachedBytes = last.low.bytes - reachShare * riseBytes;
    if (all.slice(0, begin).filter(({ highBytes }) => highBytes >= reachedBytes).length > 1) return null;
    const minutes = (last.low.atMs - first.low.atMs) / 60_000;
    const bytesPerMinute = riseBytes / minutes;
    return { fromBytes: first.low.bytes, toBytes: last.low.bytes, sinceMs: first.low.atMs, bytesPerMinute };
  }

  function judge(lowBytes: number): boolean {
    const before = rise;
    const all = closed.items();
    const long = riseOver(all, criticalWindows);
    const found = long ?? riseOver(all, windows);
    if (found !== null) {
      // Where values are rare a rise can be long when it is first seen: it is a warning all the same.
      const isCritical = before?.severity === 'critical' || (before !== null && long !== null);
      windowsWithout = 0;
      rise = { ...found, severity: isCritical ? 'critical' : 'warning' };
      if (before !== null) rise = { ...rise, fromBytes: before.fromBytes, sinceMs: before.sinceMs };
    } else if (before !== null) {
      windowsWithout += 1;
      if (lowBytes < before.toBytes - givenBackShare * (before.toBytes - before.fromBytes) || windowsWithout >= windows)
        rise = null;
    }
    return rise?.severity !== before?.severity;
  }

  return {
    push(bytes, atMs) {
      let changed = false;
      if (open !== null && atMs - open.startMs >= windowMs) {
        closed.push(open);
        changed = judge(open.low.bytes);
        open = null;
      }
      if (open === null) open = { startMs: atMs, low: { bytes, atMs }, highBytes: bytes };
      if (bytes < open.low.bytes) open.low = { bytes, atMs };
      if (bytes > open.highBytes) open.highBytes = bytes;
      return changed;
    },
    get rise() {
      return rise;
    },
  };
}

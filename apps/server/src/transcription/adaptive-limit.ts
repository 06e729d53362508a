/** How many calls a provider bears at once, found by trying. */
export interface AdaptiveLimit {
  readonly limit: number;
  /** A call begins as the `inFlight`-th of those under way; the answer says how it went. */
  begin(inFlight: number): OngoingCall;
}

export interface OngoingCall {
  answered(latencyMs: number): void;
  /** It was turned away for rate. */
  refused(): void;
}

const minWindow = 16;
/** Answers that take so many times their time at ease stand in a queue. Sounds of unlike length differ less, in the median. */
const queueing = 1.5;
const afterRefusal = 0.9;
/** Round trips between two at half the limit, which tell anew how quick an unpressed provider is. */
const windowsBetweenEase = 40;
/** Round trips at a limit that was once refused before it is tried again, at first and at most. */
const minPatience = 10;
const maxPatience = 320;

/**
 * Judged once a round trip (as many answers as calls may be under way). Doubles until a call is refused or answers slow
 * down; then a refused number is a ceiling, touched again ever more seldom, and a queue is worked off in proportion.
 */
export function createAdaptiveLimit({ start, max }: { start: number; max: number }): AdaptiveLimit {
  let limit = Math.min(start, max);
  let searching = true;
  let ceiling = max;
  let patience = minPatience;
  let held = 0;
  let step = 1;
  let epoch = 0;
  let easing = false;
  let atEaseMs = Infinity;
  let windows = 0;
  let latencies: number[] = [];
  let pressed = false;

  const current = () => Math.max(1, Math.floor(easing ? limit / 2 : limit));

  function judge(): void {
    const median = latencies.toSorted((a, b) => a - b)[latencies.length >> 1] ?? 0;
    const wasPressed = pressed;
    latencies = [];
    pressed = false;
    windows += 1;
    if (easing || atEaseMs === Infinity) atEaseMs = median;
    // By and by: the lowest of many medians would make the spread of sounds look like a queue.
    else if (median < atEaseMs) atEaseMs += (median - atEaseMs) * 0.3;
    if (!easing && wasPressed) {
      if (median > atEaseMs * queueing) shrink((atEaseMs * queueing) / median);
      else grow();
    }
    easing = !searching && windows % windowsBetweenEase === 0;
  }

  function shrink(factor: number): void {
    limit = Math.max(1, limit * Math.max(0.5, Math.min(afterRefusal, factor)));
    searching = false;
  }

  function grow(): void {
    if (limit < ceiling) {
      limit = Math.min(ceiling, searching ? limit * 2 : limit + 1);
    } else if (ceiling < max && (held += 1) >= patience) {
      held = 0;
      ceiling = Math.min(max, ceiling + step);
      step *= 2;
    }
  }

  function refuse(inFlight: number, beganIn: number): void {
    const first = beganIn === epoch;
    if (first) {
      patience = ceiling < max ? Math.min(patience * 2, maxPatience) : patience;
      epoch += 1;
      ceiling = max;
    }
    // Of calls that were refused together, the one with the fewest beside it tells the most.
    ceiling = Math.max(1, Math.min(ceiling, inFlight - 1));
    limit = Math.max(1, Math.min(limit, first ? ceiling * afterRefusal : ceiling));
    searching = false;
    held = 0;
    step = 1;
  }

  return {
    get limit() {
      return current();
    },
    begin(inFlight) {
      const beganIn = epoch;
      const beganAtEase = easing;
      return {
        answered(latencyMs) {
          // What began before the ease did still stood in the queue.
          if (start === max || (easing && !beganAtEase)) return;
          latencies.push(latencyMs);
          pressed ||= inFlight >= current() * 0.8;
          if (latencies.length >= Math.max(minWindow, current())) judge();
        },
        refused() {
          if (start < max && beganIn >= epoch - 1) refuse(inFlight, beganIn);
        },
      };
    },
  };
}

/** How many calls a provider bears at once, found by trying. */
export interface AdaptiveLimit {
  readonly limit: number;
  /** A call began while so many, itself included, were under way; `onAnswer` must be told how it went. */
  begin(inFlight: number): OngoingCall;
}

export interface OngoingCall {
  answered(latencyMs: number): void;
  /** It was turned away for rate. */
  refused(): void;
}

const afterRefusal = 0.75;
const afterQueueing = 0.9;
/** An answer that takes so many times the quickest one has stood in a queue. */
const queueingRatio = 2;
/** Answers between two looks at how quick the provider is when it is not pressed. */
const answersPerEpoch = 250;

/**
 * Additive increase, multiplicative decrease, as TCP does it: doubles each round trip until the first refusal or until
 * answers slow down, then one more call a round trip. What was sent before a decrease can't cause another one. Once in a
 * while a round trip goes at half the limit, to measure anew how quick an unpressed provider is.
 */
export function createAdaptiveLimit({ start, max }: { start: number; max: number }): AdaptiveLimit {
  let limit = Math.min(start, max);
  let searching = start < max;
  let quickestMs = Infinity;
  let answers = 0;
  let epoch = 0;
  let easeFor = 0;

  function decrease(factor: number): void {
    limit = Math.max(1, limit * factor);
    searching = false;
    epoch += 1;
  }

  function remeasure(): void {
    answers = 0;
    quickestMs = Infinity;
    easeFor = Math.ceil(limit);
  }

  return {
    get limit() {
      return Math.max(1, Math.floor(easeFor > 0 ? limit / 2 : limit));
    },
    begin(inFlight) {
      const beganIn = epoch;
      const pressed = inFlight >= Math.floor(limit * 0.8);
      return {
        answered(latencyMs) {
          quickestMs = Math.min(quickestMs, latencyMs);
          answers += 1;
          if (easeFor > 0) {
            easeFor -= 1;
            return;
          }
          if (!pressed || start === max) return;
          if (latencyMs > quickestMs * queueingRatio) {
            if (beganIn === epoch) decrease(afterQueueing);
          } else {
            limit = Math.min(max, limit + (searching ? 1 : 1 / limit));
          }
          if (answers >= answersPerEpoch) remeasure();
        },
        refused() {
          if (beganIn === epoch && start < max) decrease(afterRefusal);
        },
      };
    },
  };
}

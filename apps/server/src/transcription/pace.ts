import type { EngineErrorKind, TranscribeEngine } from '../adapters/models/transcribe/index.ts';
import { createAdaptiveLimit } from './adaptive-limit.ts';
import type { Clock } from './clock.ts';
import type { TranscriptionLimits } from './limits.ts';

export interface Pause {
  resumesAt: number;
  reason: string;
}

export interface Call {
  answered(latencyMs: number): void;
  /** The engine could not take it, which says nothing about the chunk. */
  pushedBack(pushback: { kind: EngineErrorKind; message: string; retryAfterMs: number | undefined }): void;
  /** It ended without text; `alive` where the engine showed that it works, as by rejecting a sound. */
  ended(outcome: { alive: boolean }): void;
}

/** When an engine may be called, and how many times at once. */
export interface Pace {
  /** Calls that may begin now. */
  free(): number;
  readonly limit: number;
  readonly pause: Pause | null;
  begin(): Call;
}

/**
 * An engine that can't take a call rests: as long as it asks for, else a second, twice as long each further time, up to
 * `maxPauseMs`. When the rest is over one call probes it, and only its answer lets the others go on.
 */
export function createPace(
  engine: Pick<TranscribeEngine, 'concurrency'>,
  { clock, limits }: { clock: Clock; limits: TranscriptionLimits },
): Pace {
  const adaptive = createAdaptiveLimit(engine.concurrency);
  let inFlight = 0;
  let pause: (Pause & { since: number }) | null = null;
  let pausesInRow = 0;
  let calls = 0;
  let probing = false;

  function rest(since: number, reason: string, retryAfterMs: number | undefined): void {
    // Calls that were under way when the pause began tell nothing new, unless they were told to wait for longer.
    const lateAnswer = pause !== null && since <= pause.since;
    if (!lateAnswer) pausesInRow += 1;
    const own = Math.min(limits.minPauseMs * 2 ** Math.min(pausesInRow - 1, 30), limits.maxPauseMs);
    const wait = retryAfterMs === undefined ? own : Math.min(Math.max(retryAfterMs, 1), limits.maxRetryAfterMs);
    const resumesAt = clock.now() + wait;
    if (lateAnswer && (retryAfterMs === undefined || resumesAt <= pause!.resumesAt)) return;
    pause = { resumesAt, reason, since: lateAnswer ? pause!.since : calls };
  }

  return {
    get limit() {
      return adaptive.limit;
    },
    get pause() {
      return pause && { resumesAt: pause.resumesAt, reason: pause.reason };
    },
    free() {
      if (pause) return clock.now() >= pause.resumesAt && !probing ? 1 : 0;
      return Math.max(0, adaptive.limit - inFlight);
    },
    begin() {
      const number = (calls += 1);
      const isProbe = pause !== null;
      if (isProbe) probing = true;
      inFlight += 1;
      const call = adaptive.begin(inFlight);
      let open = true;
      const end = () => {
        if (open) inFlight -= 1;
        if (open && isProbe) probing = false;
        open = false;
      };
      const resume = () => {
        if (!isProbe) return;
        pause = null;
        pausesInRow = 0;
      };
      return {
        answered(latencyMs) {
          end();
          call.answered(latencyMs);
          resume();
        },
        pushedBack({ kind, message, retryAfterMs }) {
          end();
          if (kind === 'rate-limited') call.refused();
          rest(number, message, retryAfterMs);
        },
        ended({ alive }) {
          end();
          if (alive) resume();
        },
      };
    },
  };
}

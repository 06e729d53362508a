import type { Clock, Log, Response } from '../contracts.ts';

/** What a response has done. */
export interface Progress {
  readonly name: string;
  readonly state: 'began' | 'step' | 'ended' | 'failed';
  readonly strength: number;
  /** Ledger bytes let go since the last of these, of this response. */
  readonly bytes: number;
}

export interface Action {
  readonly response: Response;
  /** What the response was last asked for. */
  readonly strength: number;
  readonly isWorking: boolean;
  readonly failures: number;
  /** Moves towards `target`: up at once, down in steps, and again where nothing came of it, with growing pauses. */
  ask(target: number): void;
  /** One step of the work; gives the bytes let go. */
  step(): number;
  drop(): void;
}

export interface ActionOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly recoveryStepMs: number;
  readonly onProgress: ((progress: Progress) => void) | undefined;
}

const recoveryStep = 0.25;
/** A rise of less than this doesn't end the pause of a response of which nothing came. */
const clearRise = 0.05;
/** Pauses between asking again grow from the one to the other. */
const leastPauseMs = 1000;
const mostPauseMs = 60_000;
/** So many steps in a row without a byte are no progress: the work ends. */
const mostIdleSteps = 10_000;

/** One response, what it is asked for, and how its work stands. */
export function createAction(response: Response, options: ActionOptions): Action {
  const { clock, log, recoveryStepMs, onProgress } = options;
  const { name } = response;
  let strength = 0;
  let work: Iterator<number> | null = null;
  let bytes = 0;
  let idleSteps = 0;
  let failures = 0;
  let hasFailed = false;
  /** The last work let nothing go, or failed. */
  let isStalled = false;
  let pauseMs = leastPauseMs;
  let pausedUntilMs = 0;
  /** Since when less is asked for; null while it isn't. */
  let loweredMs: number | null = null;

  const tell = (state: Progress['state'], bytes = 0) => onProgress?.({ name, state, strength, bytes });

  function drop(): void {
    const dropped = work;
    work = null;
    try {
      dropped?.return?.();
    } catch (error) {
      log.error({ response: name, error }, 'a response failed when it was stopped');
    }
  }

  function begin(next: number): void {
    drop();
    strength = next;
    bytes = 0;
    idleSteps = 0;
    hasFailed = false;
    try {
      work = response.apply(strength)[Symbol.iterator]();
      tell('began');
    } catch (error) {
      fail(error);
    }
  }

  function pause(): void {
    isStalled = hasFailed || bytes === 0;
    if (!isStalled) pauseMs = leastPauseMs;
    pausedUntilMs = clock.now() + pauseMs;
    if (isStalled) pauseMs = Math.min(2 * pauseMs, mostPauseMs);
  }

  function fail(error: unknown): void {
    work = null;
    hasFailed = true;
    failures += 1;
    log.error({ response: name, strength, error }, 'a response to pressure failed');
    pause();
    tell('failed');
  }

  function end(): void {
    drop();
    pause();
    tell('ended');
  }

  function raise(target: number): void {
    if (target - strength >= clearRise) pauseMs = leastPauseMs;
    else if (isStalled && clock.now() < pausedUntilMs) return;
    begin(target);
  }

  function lower(target: number): void {
    const nowMs = clock.now();
    loweredMs ??= nowMs;
    if (nowMs - loweredMs < recoveryStepMs) return;
    loweredMs = nowMs;
    begin(Math.max(target, strength - recoveryStep));
  }

  return {
    response,
    get strength() {
      return strength;
    },
    get isWorking() {
      return work !== null;
    },
    get failures() {
      return failures;
    },
    ask(target) {
      if (target < strength) return lower(target);
      loweredMs = null;
      if (target > strength) return raise(target);
      const isWanted = strength > 0 || hasFailed;
      if (isWanted && work === null && clock.now() >= pausedUntilMs) begin(strength);
    },
    step() {
      try {
        const { done, value } = work!.next();
        if (done === true) return (end(), 0);
        const freed = value > 0 ? value : 0;
        bytes += freed;
        idleSteps = freed > 0 ? 0 : idleSteps + 1;
        tell('step', freed);
        if (idleSteps >= mostIdleSteps) end();
        return freed;
      } catch (error) {
        fail(error);
        return 0;
      }
    },
    drop,
  };
}

import type { Clock, Log, Response, Sample, Strengths, Timer } from '../contracts.ts';
import { createAction, type Action, type Progress } from './action.ts';
import { createObservedRelief } from './observed-relief.ts';

export interface ResponderSettings {
  /** The most work in one turn of the event loop. Default 1. */
  readonly sliceMs: number;
  /** Recovery takes a quarter of full strength back at a time, this far apart. Default 2000. */
  readonly recoveryStepMs: number;
}

export interface ResponderOptions extends Partial<ResponderSettings> {
  readonly clock: Clock;
  readonly log: Log;
  /** How hard the level asks a response to act, now. */
  strength(strengths: Strengths): number;
  /** What slices are measured with; the clock unless told. */
  preciseNow?(): number;
  onProgress?(progress: Progress): void;
  /** All responses have done what was asked for the time being. */
  onSettled?(): void;
}

/** Bytes given back since pressure began: by the responses' own account, and as a measurement has seen it. */
export interface Relief {
  readonly ledgerBytes: number;
  readonly observedBytes: number;
}

export interface ResponseState {
  readonly name: string;
  /** What it was last asked for. */
  readonly strength: number;
  readonly isWorking: boolean;
  readonly failures: number;
}

export interface Responder {
  /** Throws where the name is taken. What it gives back takes the response out again, without undoing what it did. */
  add(response: Response): () => void;
  /** Asks each for what the level asks for; to be called after every sample. Begins to work in this turn. */
  onSample(sample: Sample): void;
  readonly relief: Relief;
  states(): ResponseState[];
  /** Drops all work under way. */
  stop(): void;
}

/** A slice is not to keep anybody longer than 5 ms: a collection of the young generation within it has the rest, and takes up to 4. */
const defaultResponderSettings: ResponderSettings = { sliceMs: 1, recoveryStepMs: 2000 };

/** Has responses act as hard as the level asks, in slices with a turn of the event loop between, and lets them recover in steps. */
export function createResponder(options: ResponderOptions): Responder {
  const { clock, log, sliceMs, recoveryStepMs, preciseNow, strength, onProgress, onSettled } = {
    ...defaultResponderSettings,
    preciseNow: () => options.clock.now(),
    ...options,
  };
  const actions = new Map<string, Action>();
  const observed = createObservedRelief();
  let ledgerBytes = 0;
  let nextSlice: Timer | null = null;
  /** Who has work, in whose turn it is: one step each, so that a long one doesn't keep the others out. */
  const queue: Action[] = [];
  let isWorking = false;
  let isStopped = false;

  /** Works until the slice is full; one step longer than what is left of it waits for the next. */
  function work(): void {
    if (isWorking) return;
    isWorking = true;
    const beganMs = preciseNow();
    let spentMs = 0;
    let longestMs = 0;
    for (let action = queue[0]; action !== undefined; action = queue[0]) {
      if (spentMs > 0 && spentMs + longestMs > sliceMs) break;
      queue.shift();
      ledgerBytes += action.step();
      if (action.isWorking && !queue.includes(action)) queue.push(action);
      const untilMs = preciseNow() - beganMs;
      longestMs = Math.max(longestMs, untilMs - spentMs);
      spentMs = untilMs;
    }
    isWorking = false;
    if (queue.length > 0) nextSlice ??= clock.after(0, continueWork);
    else onSettled?.();
  }

  function continueWork(): void {
    nextSlice = null;
    work();
  }

  function drop(action: Action): void {
    action.drop();
    if (queue.includes(action)) queue.splice(queue.indexOf(action), 1);
  }

  const isQuiet = () => [...actions.values()].every(({ strength }) => strength === 0);

  return {
    add(response) {
      if (actions.has(response.name)) throw new Error(`There is a response named ${response.name} already`);
      const action = createAction(response, { clock, log, recoveryStepMs, onProgress });
      actions.set(response.name, action);
      return () => {
        drop(action);
        if (actions.get(response.name) === action) actions.delete(response.name);
      };
    },
    onSample(sample) {
      if (isStopped) return;
      const wasQuiet = isQuiet();
      for (const action of actions.values()) {
        action.ask(strength(action.response.strengths));
        if (action.isWorking && !queue.includes(action)) queue.push(action);
      }
      const begins = wasQuiet && !isQuiet();
      if (begins) ledgerBytes = 0;
      observed.onSample(sample, begins);
      if (queue.length > 0 && nextSlice === null) work();
    },
    get relief() {
      return { ledgerBytes, observedBytes: observed.bytes };
    },
    states: () =>
      [...actions.values()].map(({ response: { name }, strength, isWorking, failures }) => ({
        name,
        strength,
        isWorking,
        failures,
      })),
    stop() {
      isStopped = true;
      nextSlice?.cancel();
      nextSlice = null;
      for (const action of actions.values()) drop(action);
    },
  };
}

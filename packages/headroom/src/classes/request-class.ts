import type { Clock, Level, Timer } from '../contracts.ts';
import { MemoryPressureError, type PressureCode, type PressureReadings } from '../pressure-error.ts';
import { Unended, type Ending } from './unended.ts';

export type Priority = 'critical' | 'normal' | 'background';

/** Requests at once at each level; Infinity for no limit. */
export type ClassLimits = Readonly<Record<Level, number>>;

export interface ClassOptions {
  readonly priority: Priority;
  /** A critical class has the limit of `normal` at every level, and none where this is left out. */
  readonly limits?: ClassLimits;
  /** Requests that wait at once; 0 where nothing is to wait. */
  readonly maxQueued: number;
  /** How long one may wait. */
  readonly queueDeadlineMs: number;
}

/** Room for one request. */
export interface Place {
  /** Gives it back: once, again does nothing. */
  leave(): void;
}

export interface RequestClass {
  readonly name: string;
  readonly priority: Priority;
  /** A place, or null where one would have to wait: that is not counted as refused, since `enter` may follow. */
  tryEnter(): Place | null;
  /**
   * As `tryEnter`, with a place that is given back when `response` has ended: closed, finished or destroyed. Says whether there was
   * one. It allocates next to nothing: as long as there is room, nobody has to be told of each end.
   */
  tryHold(response: Ending): boolean;
  /**
   * A place, as soon as there is one. Rejects with a MemoryPressureError where the queue is full or its deadline has passed:
   * 503 where memory is short, 429 where only this class is busy; with the signal's reason where that is aborted.
   */
  enter(signal?: AbortSignal): Promise<Place>;
  /** Enters, runs and leaves, whatever comes of it. */
  run<T>(fn: () => T | Promise<T>, signal?: AbortSignal): Promise<T>;
  readonly limit: number;
  readonly inFlight: number;
  readonly queued: number;
  readonly entered: number;
  readonly rejected: number;
  stats(): ClassStats;
}

export interface ClassStats {
  readonly name: string;
  readonly priority: Priority;
  /** At the level of now. */
  readonly limit: number;
  readonly inFlight: number;
  readonly queued: number;
  readonly entered: number;
  /** With 503, for memory. */
  readonly refusedForMemory: number;
  /** With 429, for the class's own limit. */
  readonly refusedAsBusy: number;
  /** Left the queue by themselves. */
  readonly gaveUp: number;
}

interface Waiter {
  readonly admit: (place: Place) => void;
  readonly timer: Timer;
}

export interface ClassParts {
  readonly clock: Clock;
  readonly level: () => Level;
  /** Asked before the level: how many requests may come in before both are asked again, unless it is told to have changed. */
  readonly trust?: () => number;
  readonly readings: () => PressureReadings;
  readonly retryAfterMs?: number;
}

/** A place, with no closure of its own: one is made for every request. */
class HeldPlace implements Place {
  #giveBack: (() => void) | null;

  constructor(giveBack: () => void) {
    this.#giveBack = giveBack;
  }

  leave(): void {
    const giveBack = this.#giveBack;
    this.#giveBack = null;
    giveBack?.();
  }
}

function checkCount(value: number, what: string) {
  if (!(value >= 0)) throw new RangeError(`${what} must be 0 or more, is ${value}`);
}

export interface MadeClass {
  readonly requestClass: RequestClass;
  /** To be called when its limit may have changed. */
  letIn(): void;
  /** Forgets the responses that have ended; to be called now and then, for where no request comes that would have it done. */
  sweep(): void;
}

/** One class. Throws a RangeError for limits that are not 0 or more, or none where its priority needs them. */
export function createRequestClass(
  name: string,
  { priority, limits, maxQueued, queueDeadlineMs }: ClassOptions,
  { clock, level, trust = () => 0, readings, retryAfterMs = 2000 }: ClassParts,
): MadeClass {
  for (const [at, limit] of Object.entries(limits ?? {})) checkCount(limit, `The limit of ${name} at ${at}`);
  if (limits === undefined && priority !== 'critical') throw new RangeError(`${name} has no limits`);
  checkCount(maxQueued, `maxQueued of ${name}`);
  checkCount(queueDeadlineMs, `queueDeadlineMs of ${name}`);
  /** In order of arrival. */
  const queue = new Set<Waiter>();
  /** Responses that hold a place, and don't tell when they end. */
  const unended = new Unended();
  /**
   * So many more may come in before anything is looked at: a look goes through many objects, none of which is at hand when a
   * request comes. None while somebody waits.
   */
  let room = 0;
  /** Places beside those that responses hold. */
  let placed = 0;
  let entered = 0;
  let refusedForMemory = 0;
  let refusedAsBusy = 0;
  let gaveUp = 0;

  const limit = () => limits?.[priority === 'critical' ? 'normal' : level()] ?? Infinity;

  function giveBack(): void {
    placed -= 1;
    // Mostly nobody waits, and this is on the path of every request.
    if (queue.size > 0) letIn();
  }

  function take(): Place {
    placed += 1;
    entered += 1;
    return new HeldPlace(giveBack);
  }

  /** At the limit it matters when each ends: from here on those that hold a place tell it. */
  function listenToUnended(): void {
    for (const response of unended.take()) {
      placed += 1;
      const place = new HeldPlace(giveBack);
      response.once('close', () => place.leave());
    }
  }

  /** Whether one may come in, and how many more after it. */
  function findRoom(): boolean {
    if (queue.size > 0) return false;
    // It may find that the level has changed.
    const requests = trust();
    const most = limit();
    if (placed + unended.count >= most) listenToUnended();
    const free = most - placed - unended.count;
    room = Math.max(0, Math.min(requests, free - 1));
    return free > 0;
  }

  function mayEnter(): boolean {
    if (room === 0) return findRoom();
    room -= 1;
    return true;
  }

  function inFlight(): number {
    unended.sweep();
    return placed + unended.count;
  }

  function letIn() {
    room = 0;
    // Where somebody waits, all that hold a place tell when they end, and nobody else comes in.
    for (const waiter of queue) {
      if (placed >= limit()) return;
      queue.delete(waiter);
      waiter.timer.cancel();
      waiter.admit(take());
    }
  }

  function refusal(why: string): MemoryPressureError {
    // A critical class has the same limit at every level: whatever the level, it is refused for that alone.
    const code: PressureCode = priority === 'critical' || level() === 'normal' ? 'BUSY' : 'MEMORY_PRESSURE';
    if (code === 'BUSY') refusedAsBusy += 1;
    else refusedForMemory += 1;
    return new MemoryPressureError(`${name}: ${why}`, { code, retryAfterMs, readings: readings() });
  }

  function tryEnter(): Place | null {
    return mayEnter() ? take() : null;
  }

  function tryHold(response: Ending): boolean {
    if (!mayEnter()) return false;
    unended.add(response);
    entered += 1;
    return true;
  }

  function wait(signal: AbortSignal | undefined): Promise<Place> {
    return new Promise<Place>((resolve, reject) => {
      const end = () => {
        queue.delete(waiter);
        signal?.removeEventListener('abort', giveUp);
      };
      const giveUp = () => {
        end();
        waiter.timer.cancel();
        gaveUp += 1;
        reject(signal?.reason as Error);
      };
      const waiter: Waiter = {
        admit(place) {
          end();
          resolve(place);
        },
        timer: clock.after(queueDeadlineMs, () => {
          end();
          reject(refusal(`no place came free in ${queueDeadlineMs} ms`));
        }),
      };
      queue.add(waiter);
      room = 0;
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  }

  async function enter(signal?: AbortSignal): Promise<Place> {
    signal?.throwIfAborted();
    const place = tryEnter();
    if (place !== null) return place;
    if (queue.size >= maxQueued) throw refusal('its limit is reached and its queue is full');
    return wait(signal);
  }

  const requestClass: RequestClass = {
    name,
    priority,
    tryEnter,
    tryHold,
    enter,
    async run(fn, signal) {
      const place = await enter(signal);
      try {
        // It may have been aborted in the turn in which its place came free.
        signal?.throwIfAborted();
        return await fn();
      } finally {
        place.leave();
      }
    },
    get limit() {
      return limit();
    },
    get inFlight() {
      return inFlight();
    },
    get queued() {
      return queue.size;
    },
    get entered() {
      return entered;
    },
    get rejected() {
      return refusedForMemory + refusedAsBusy;
    },
    stats: () => ({
      name,
      priority,
      limit: limit(),
      inFlight: inFlight(),
      queued: queue.size,
      entered,
      refusedForMemory,
      refusedAsBusy,
      gaveUp,
    }),
  };
  return { requestClass, letIn, sweep: () => unended.sweep() };
}

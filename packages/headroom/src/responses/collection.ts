import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Clock, Log } from '../contracts.ts';

/**
 * From Node 22 on, V8 keeps the pages that a plain collection empties, uncounted in its own figures: 38 of 120 MB were still
 * resident. This one gives them back. Node 20 gives them back by itself, and takes any argument for a minor collection.
 */
const givingBack: NodeJS.GCOptions & { execution: 'sync' } = {
  type: 'major',
  execution: 'sync',
  flavor: 'last-resort',
};
const takesOptions = Number(process.versions.node.split('.')[0]) >= 22;

/**
 * A full collection now, without a flag at the start of the process, after which unused pages are the system's again. It stops the
 * process for tens to hundreds of milliseconds by the size of its heap: never in live work. Throws where V8's flags are frozen.
 */
export function collectGarbage(): void {
  if (globalThis.gc !== undefined) {
    collectWith(globalThis.gc);
    return;
  }
  setFlagsFromString('--expose-gc');
  try {
    collectWith(runInNewContext('gc') as NodeJS.GCFunction);
  } finally {
    setFlagsFromString('--no-expose-gc');
  }
}

function collectWith(collect: NodeJS.GCFunction): void {
  if (takesOptions) collect(givingBack);
  else collect();
}

export interface CollectionSettings {
  /** Default false: a collection stops the process. */
  readonly enabled: boolean;
  /** From the end of one to the next; at least twenty times what it took, which bounds them to a twentieth of the time. Default 30 000. */
  readonly minIntervalMs: number;
}

export interface CollectionOptions extends Partial<CollectionSettings> {
  readonly clock: Clock;
  readonly log: Log;
  /** False while something runs that must not be stopped. */
  mayStop(): boolean;
  collect?(): void;
}

export interface Collection {
  /** Collects in this turn; says whether it did. */
  now(): boolean;
  /**
   * Collects in a turn of its own and says whether it did; all who ask meanwhile share it. It is not done when `isWanted` says no
   * by then.
   */
  request(isWanted?: () => boolean): Promise<boolean>;
  /** How many were forced. */
  readonly count: number;
  /** Drops what was requested. */
  stop(): void;
}

const leastIntervalTimes = 20;

const defaultCollectionSettings: CollectionSettings = { enabled: false, minIntervalMs: 30_000 };

/** Forced collections: one at a time, an interval apart, and none while that would stop critical work. */
export function createCollection(options: CollectionOptions): Collection {
  const { clock, log, mayStop, enabled, minIntervalMs, collect } = {
    ...defaultCollectionSettings,
    collect: collectGarbage,
    ...options,
  };
  let endedMs = Number.NEGATIVE_INFINITY;
  let tookMs = 0;
  let isRunning = false;
  let count = 0;
  let requested: { readonly done: Promise<boolean>; cancel(): void } | null = null;

  const isDue = () =>
    enabled && !isRunning && clock.now() - endedMs >= Math.max(minIntervalMs, leastIntervalTimes * tookMs);

  function now(): boolean {
    if (!isDue() || !mayStop()) return false;
    isRunning = true;
    const beganMs = clock.now();
    try {
      collect();
      count += 1;
      log.info({ durationMs: clock.now() - beganMs }, 'garbage was collected by force');
      return true;
    } catch (error) {
      log.warn({ error }, 'a forced collection failed');
      return false;
    } finally {
      isRunning = false;
      endedMs = clock.now();
      tookMs = endedMs - beganMs;
    }
  }

  function begin(isWanted: () => boolean): Promise<boolean> {
    const { promise, resolve } = newPromise();
    const timer = clock.after(0, () => {
      requested = null;
      resolve(isWanted() && now());
    });
    requested = {
      done: promise,
      cancel() {
        timer.cancel();
        resolve(false);
      },
    };
    return promise;
  }

  return {
    now,
    request(isWanted = () => true) {
      if (requested !== null) return requested.done;
      return isDue() ? begin(isWanted) : Promise.resolve(false);
    },
    get count() {
      return count;
    },
    stop() {
      requested?.cancel();
      requested = null;
    },
  };
}

/** Promise.withResolvers, which Node 20 has not. */
function newPromise() {
  let resolve: (value: boolean) => void = () => undefined;
  const promise = new Promise<boolean>((settle) => (resolve = settle));
  return { promise, resolve };
}

import type { Response, Strengths } from '../contracts.ts';

/** What a pool can be told. */
export interface PoolLimits {
  /** Connections at most. */
  readonly max: number;
  /** Connections kept though idle. */
  readonly min: number;
  /** How long a connection above `min` may be idle. */
  readonly idleMs: number;
}

export interface PoolLimiterOptions {
  /** Names the pool in logs and metrics. */
  readonly name: string;
  /** Takes new limits. A pool that holds more idle connections than `max` closes them by itself, or does so here. */
  readonly setLimits: (limits: PoolLimits) => void;
  /** Connections that someone holds now. */
  readonly inUse: () => number;
  /** 20 by default. */
  readonly max?: number;
  /** 5 by default. */
  readonly min?: number;
  /** 30 s by default. */
  readonly idleMs?: number;
  readonly strengths?: Strengths;
  /** What a connection holds, so that relief can be accounted for. 0 by default: nobody knows. */
  readonly bytesPerConnection?: number;
}

export interface PoolLimiter {
  /** What to give to `governor.respond`. */
  readonly response: Response;
  /** What the pool was told last. */
  readonly limits: PoolLimits;
  /** Connections in use beyond what pressure allows: they are left alone, and `max` follows as they come back. */
  readonly overBy: number;
  /** Lowers `max` as far as connections have come back. Give it to `governor.onSample`, or call it when one is released. */
  settle(): void;
}

/**
 * Lowers a pool's limits by pressure and raises them again: `max` goes down towards `min` in a straight line, and idle
 * connections are kept a shorter time. `max` is never below `min`, nor below the connections in use.
 * Tells the pool its limits at once. Throws a RangeError where 0 ≤ min ≤ max doesn't hold.
 */
export function createPoolLimiter(options: PoolLimiterOptions): PoolLimiter {
  const { name, setLimits, inUse, max = 20, min = 5, idleMs = 30_000, bytesPerConnection = 0 } = options;
  if (!(min >= 0 && min <= max)) throw new RangeError(`Pool ${name} can't have at least ${min} and at most ${max}`);
  let strength = 0;
  let limits: PoolLimits = { max, min, idleMs };
  setLimits(limits);

  const wanted = () => Math.round(max - strength * (max - min));

  function settle() {
    const next: PoolLimits = {
      max: Math.min(max, Math.max(wanted(), inUse())),
      min,
      idleMs: Math.round(idleMs * (1 - strength * (1 - leastIdleShare))),
    };
    if (next.max === limits.max && next.idleMs === limits.idleMs) return;
    limits = next;
    setLimits(limits);
  }

  return {
    response: {
      name: `pool ${name}`,
      strengths: options.strengths ?? { warning: 0.25, critical: 0.5, emergency: 1 },
      *apply(next) {
        strength = next;
        const before = limits.max;
        settle();
        yield Math.max(0, before - limits.max) * bytesPerConnection;
      },
    },
    get limits() {
      return limits;
    },
    get overBy() {
      return Math.max(0, inUse() - wanted());
    },
    settle() {
      // Upwards is for recovery alone: a burst of connections is no reason to allow more.
      if (limits.max > wanted()) settle();
    },
  };
}

/** At full strength idle connections are kept for a tenth of their time. */
const leastIdleShare = 0.1;

/** What `createPgLimiter` needs of a `pg.Pool`. */
export interface PgPool {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  readonly options: { max: number; min?: number; idleTimeoutMillis: number | null };
  connect(): Promise<{ release(destroy?: boolean): void }>;
}

/** The same for a `pg.Pool` (or `pg-pool`): it heeds changed options from its next call on, and idle connections above `max` are closed. */
export function createPgLimiter(pool: PgPool, options: Omit<PoolLimiterOptions, 'setLimits' | 'inUse'>): PoolLimiter {
  return createPoolLimiter({
    ...options,
    inUse: () => pool.totalCount - pool.idleCount,
    setLimits({ max, min, idleMs }) {
      Object.assign(pool.options, { max, min, idleTimeoutMillis: idleMs });
      if (pool.waitingCount > 0) return;
      for (let excess = Math.min(pool.idleCount, pool.totalCount - max); excess > 0; excess -= 1) {
        // An idle one is there, so that this makes no connection: it takes that one out and closes it.
        void pool.connect().then((client) => client.release(true), ignore);
      }
    },
  });
}

/** A connection that broke meanwhile is one less, too. */
const ignore = () => undefined;

import { once } from 'node:events';
import type { Redis } from 'ioredis';
import { AppError } from '../../../errors.ts';
import { storageFull } from '../checks.ts';

export const redisLimits = {
  /** A start waits so long for Redis, and goes on without. */
  firstConnectMs: 2000,
  connectMs: 2000,
  /** An answer that takes longer counts as none: questions wait for it. */
  commandMs: 2000,
  maxReconnectMs: 2000,
} as const;

interface ConnectOptions {
  /** Called whenever the connection fails; not a second time before it was there again. */
  onLost: (error: Error) => void;
  onReady: () => void;
}

/**
 * A connection that is made again for as long as it is wanted. While there is none, commands reject at once: nobody waits for
 * a Redis that is gone, and nothing is written late.
 */
export async function connectRedis(url: string, { onLost, onReady }: ConnectOptions): Promise<Redis> {
  // Loaded where there is a Redis: a server without does not pay for it.
  const { Redis } = await import('ioredis');
  const redis = new Redis(url, {
    connectTimeout: redisLimits.connectMs,
    commandTimeout: redisLimits.commandMs,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (tries) => Math.min(tries * 100, redisLimits.maxReconnectMs),
  });
  let isLost = false;
  redis.on('ready', () => {
    isLost = false;
    onReady();
  });
  redis.on('error', (error: Error) => {
    if (!isLost) onLost(error);
    isLost = true;
  });
  const signal = AbortSignal.timeout(redisLimits.firstConnectMs);
  // An error is told to `onLost`; the connection goes on trying.
  await once(redis, 'ready', { signal }).catch(() => {});
  return redis;
}

/** Redis's refusals in the words of the contract. */
export async function asStorage<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (error instanceof Error && /\bOOM\b/.test(error.message)) throw storageFull(error);
    throw new AppError('STORAGE_FAILED', 'Redis, which keeps the rooms that instances share, can’t be reached.', {
      cause: error,
    });
  }
}

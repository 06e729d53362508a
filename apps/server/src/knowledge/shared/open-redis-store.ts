import type { Logger } from 'pino';
import { connectRedis, createRedisRooms, readRedisMemory } from '../../adapters/rooms/index.ts';
import type { RoomsStore } from './sharing.ts';

/** Leases and copies in Redis; goes on without it where it can't be reached. */
export async function openRedisStore(url: string, log: Logger): Promise<RoomsStore> {
  const redis = await connectRedis(url, {
    onLost: (error) => log.error({ err: error }, 'Redis can’t be reached: each instance answers what it has'),
    onReady: () => log.info('Redis is reached'),
  });
  return {
    ...createRedisRooms(redis),
    readMemory: () => readRedisMemory(redis),
    close: () => redis.disconnect(),
  };
}

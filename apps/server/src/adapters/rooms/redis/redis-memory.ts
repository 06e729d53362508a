import type { Redis } from 'ioredis';
import { asStorage } from './connect.ts';

export interface RedisMemory {
  usedBytes: number;
  /** Redis's own limit (`maxmemory`); where it has none, the memory of its machine. */
  limitBytes: number;
  /** Used of the limit; 0 to 1, and above where it is passed. */
  utilization: number;
}

/** What Redis says of its memory. Rejects with `STORAGE_FAILED`. */
export async function readRedisMemory(redis: Redis): Promise<RedisMemory> {
  const text = await asStorage(redis.info('memory'));
  const field = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  const usedBytes = field('used_memory');
  const limitBytes = field('maxmemory') || field('total_system_memory');
  return { usedBytes, limitBytes, utilization: limitBytes === 0 ? 0 : usedBytes / limitBytes };
}

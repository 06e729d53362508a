export { createCaches } from './caches.ts';
export type { Cache, CacheOptions, Caches, CacheStats, EvictionCause } from './types.ts';

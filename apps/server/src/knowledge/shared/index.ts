export { openRedisStore } from './open-redis-store.ts';
export { createSharing, type RoomsStore, type Sharing, type SharingStatus } from './sharing.ts';
export type { Alerts } from './watch-memory.ts';

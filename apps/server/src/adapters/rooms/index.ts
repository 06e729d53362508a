export {
  sharedRoomsLimits,
  type Instance,
  type RoomCopy,
  type RoomCopyMeta,
  type RoomLease,
  type RoomsMap,
  type SharedRooms,
  type StoredRoomMeta,
} from './contract.ts';
export { connectRedis } from './redis/connect.ts';
export { createRedisRooms } from './redis/redis-rooms.ts';
export { readRedisMemory, type RedisMemory } from './redis/redis-memory.ts';

import { crc32 } from 'node:zlib';
import { AppError } from '../../errors.ts';
import { sharedRoomsLimits, type RoomCopyMeta, type RoomLease, type StoredRoomMeta } from './contract.ts';

export function staleLease({ roomId, token }: RoomLease): AppError {
  return new AppError('CONFLICT', `Another instance answers for the room ${roomId}: the lease ${token} is over.`);
}

/** What is written about a copy. Throws `TOO_LARGE`. */
export function describeCopy(
  { token }: RoomLease,
  meta: RoomCopyMeta,
  packed: Uint8Array,
  generation: string,
): StoredRoomMeta {
  const stored = { ...meta, generation, bytes: packed.length, checksum: crc32(packed), token };
  const { maxCopyBytes, maxMetaBytes } = sharedRoomsLimits;
  if (packed.length > maxCopyBytes || Buffer.byteLength(JSON.stringify(stored)) > maxMetaBytes) {
    throw new AppError('TOO_LARGE', `A room of ${packed.length} bytes is too large to be shared.`);
  }
  return stored;
}

export function storageFull(cause?: unknown): AppError {
  return new AppError('STORAGE_FULL', 'The store of shared rooms is full; give it more memory.', { cause });
}

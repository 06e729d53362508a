import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Redis } from 'ioredis';
import { describeCopy, staleLease } from '../checks.ts';
import {
  sharedRoomsLimits,
  type RoomCopy,
  type RoomLease,
  type RoomsMap,
  type SharedRooms,
  type StoredRoomMeta,
} from '../contract.ts';
import { asStorage } from './connect.ts';
import { withScripts, type ScriptedRedis } from './scripts.ts';

/**
 * Bytes of a page: with Redis's head of 5 bytes and a closing 0, just what its allocator gives for 16 KB. Of 16 384 bytes each
 * page would take 20 KB: `docs/decisions/0010`.
 */
const pageBytes = 16_384 - 6;
/** Pages that are on their way at once: half a megabyte. */
const pagesAtOnce = 32;
/** Leases that are renewed by one call. */
const leasesAtOnce = 256;
/** A copy may be replaced while it is read; then the new one is. */
const maxReads = 3;

interface RedisRoomsOptions {
  /** What all keys begin with. */
  prefix?: string;
  leaseTtlMs?: number;
  copyTtlMs?: number;
}

/** Leases and copies in one Redis of version 7 or later. Not for a cluster: keys of a room lie in several slots. */
export function createRedisRooms(connection: Redis, options: RedisRoomsOptions = {}) {
  const { prefix = 'hansard:', leaseTtlMs = sharedRoomsLimits.leaseTtlMs } = options;
  const { copyTtlMs = sharedRoomsLimits.copyTtlMs } = options;
  const redis = withScripts(connection);
  const keys: Keys = {
    lease: (roomId) => `${prefix}lease:${roomId}`,
    copy: (roomId) => `${prefix}room:${roomId}`,
    pages: (roomId, generation) => `${prefix}room:${roomId}:${generation}`,
    lastToken: `${prefix}last-token`,
  };
  return { map: createMap(redis, keys, leaseTtlMs), copies: createCopies(redis, keys, copyTtlMs) };
}

interface Keys {
  lease: (roomId: string) => string;
  copy: (roomId: string) => string;
  pages: (roomId: string, generation: string) => string;
  lastToken: string;
}

const written = ({ token, owner }: RoomLease): string => `${token} ${owner.id} ${owner.url}`;

function readLease(roomId: string, text: string): RoomLease {
  const [token = '', id = '', url = ''] = text.split(' ');
  return { roomId, token: Number(token), owner: { id, url } };
}

function createMap(redis: ScriptedRedis, keys: Keys, ttlMs: number): RoomsMap {
  async function renewSome(leases: readonly RoomLease[]): Promise<RoomLease[]> {
    const names = leases.map(({ roomId }) => keys.lease(roomId));
    const renewed = await redis.hansardRenew(names.length, ...names, ttlMs, ...leases.map(written));
    return leases.filter((_, at) => renewed[at] === 1);
  }
  return {
    ttlMs,
    claim: (roomId, { id, url }, over) =>
      asStorage(
        redis
          .hansardClaim(keys.lease(roomId), keys.lastToken, id, url, ttlMs, over ?? '')
          .then((text) => readLease(roomId, text)),
      ),
    async renew(leases) {
      const renewed: RoomLease[] = [];
      for (let at = 0; at < leases.length; at += leasesAtOnce) {
        renewed.push(...(await asStorage(renewSome(leases.slice(at, at + leasesAtOnce)))));
      }
      return renewed;
    },
    async release(lease) {
      await asStorage(redis.hansardRelease(keys.lease(lease.roomId), written(lease)));
    },
    async ownerOf(roomId) {
      const text = await asStorage(redis.get(keys.lease(roomId)));
      return text === null ? null : readLease(roomId, text);
    },
  };
}

function createCopies(redis: ScriptedRedis, keys: Keys, copyTtlMs: number): SharedRooms {
  const { unfinishedTtlMs } = sharedRoomsLimits;

  async function writePages(key: string, packed: Uint8Array): Promise<number> {
    const pages = Math.ceil(packed.length / pageBytes);
    for (let from = 0; from < pages; from += pagesAtOnce) {
      const some = Array.from({ length: Math.min(pagesAtOnce, pages - from) }, (_, at) => from + at);
      const writes = some.map((page) => {
        const bytes = packed.subarray(page * pageBytes, (page + 1) * pageBytes);
        return redis.hset(key, page, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
      });
      const outcomes = await Promise.allSettled([...writes, redis.pexpire(key, unfinishedTtlMs)]);
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    }
    return pages;
  }

  async function readPages(key: string, { bytes, checksum }: StoredRoomMeta): Promise<Uint8Array<ArrayBuffer> | null> {
    const packed = new Uint8Array(bytes);
    const pages = Math.ceil(bytes / pageBytes);
    for (let from = 0; from < pages; from += pagesAtOnce) {
      const some = Array.from({ length: Math.min(pagesAtOnce, pages - from) }, (_, at) => from + at);
      const read = await redis.hmgetBuffer(key, ...some.map(String));
      for (const [at, page] of read.entries()) {
        const start = some[at]! * pageBytes;
        if (page?.length !== Math.min(pageBytes, bytes - start)) return null;
        packed.set(page, start);
      }
    }
    return crc32(packed) === checksum ? packed : null;
  }

  async function describe(roomId: string): Promise<StoredRoomMeta | null> {
    const text = await redis.getex(keys.copy(roomId), 'PX', copyTtlMs);
    if (text === null) return null;
    const meta = JSON.parse(text) as StoredRoomMeta;
    await redis.pexpire(keys.pages(roomId, meta.generation), copyTtlMs);
    return meta;
  }

  async function read(roomId: string): Promise<RoomCopy | null> {
    for (let tried = 0; tried < maxReads; tried += 1) {
      const meta = await describe(roomId);
      if (meta === null) return null;
      const packed = await readPages(keys.pages(roomId, meta.generation), meta);
      if (packed) return { meta, packed };
    }
    return null;
  }

  async function put(lease: RoomLease, meta: StoredRoomMeta, packed: Uint8Array): Promise<StoredRoomMeta> {
    const { roomId } = lease;
    const leaseKey = keys.lease(roomId);
    // Known to be in vain before it is sent.
    if ((await redis.get(leaseKey)) !== written(lease)) throw staleLease(lease);
    const key = keys.pages(roomId, meta.generation);
    try {
      const pages = await writePages(key, packed);
      const argument = [written(lease), pages, JSON.stringify(meta), copyTtlMs, keys.pages(roomId, '')];
      const outcome = await redis.hansardSwitch(leaseKey, keys.copy(roomId), key, ...argument);
      if (outcome === 'stale') throw staleLease(lease);
      if (outcome === 'torn') throw new Error('Pages of a room were gone before it was whole');
      return meta;
    } catch (error) {
      // Where that fails too, they are gone after a minute.
      await redis.unlink(key).catch(() => {});
      throw error;
    }
  }

  return {
    async put(lease, meta, packed) {
      const described = describeCopy(lease, meta, packed, randomBytes(6).toString('base64url'));
      return asStorage(put(lease, described, packed));
    },
    describe: (roomId) => asStorage(describe(roomId)),
    get: (roomId) => asStorage(read(roomId)),
    async remove(lease) {
      const { roomId } = lease;
      const words = [written(lease), keys.pages(roomId, '')];
      const outcome = await asStorage(redis.hansardRemove(keys.lease(roomId), keys.copy(roomId), ...words));
      if (outcome === 'stale') throw staleLease(lease);
    },
  };
}

import type { Logger } from 'pino';
import type { Instance, RoomLease, RoomsMap, SharedRooms } from '../../adapters/rooms/index.ts';
import type { RoomsService } from '../rooms/index.ts';
import { sharingLimits } from './limits.ts';
import type { SharingRepository } from './repository.ts';

export interface OwnershipOptions {
  map: RoomsMap;
  copies: Pick<SharedRooms, 'describe'>;
  self: Instance;
  repository: SharingRepository;
  rooms: Pick<RoomsService, 'isResident' | 'forgetCopy'>;
  /** A room of this instance's database was claimed: whether its copy is the present one isn't known. */
  onClaimed: (meetingId: string) => void;
  log: Logger;
  now: () => number;
}

/** Where a meeting's room is answered for: here (null), or at a URL; with the lease, where there is one. */
export type Place = { url: string; lease: RoomLease | null } | null;

interface Held {
  lease: RoomLease;
  usedAt: number;
  /** When its copy was last looked at. */
  refreshedAt: number;
}

export type Ownership = ReturnType<typeof createOwnership>;

/**
 * Which rooms this instance answers for. Whoever is asked first takes a room, and keeps it while it is in memory. The instance
 * whose database has the meeting (its home) comes first: the others ask it while it lives, and it takes a room over whose copy
 * lacks something. Everything rejects with `STORAGE_FAILED` where the map is out of reach.
 */
export function createOwnership(options: OwnershipOptions) {
  const { map, copies, self, repository, rooms, onClaimed, log, now } = options;
  const held = new Map<string, Held>();
  let takenOver = 0;

  const isOurs = ({ owner }: RoomLease): boolean => owner.id === self.id;

  function keep(lease: RoomLease): void {
    const { refreshedAt = now() } = held.get(lease.roomId) ?? {};
    held.set(lease.roomId, { lease, usedAt: now(), refreshedAt });
  }

  /** Takes the room whoever has it; the lease that is in force then. */
  async function take(meetingId: string): Promise<RoomLease> {
    const before = await map.ownerOf(meetingId);
    const lease = await map.claim(meetingId, self, before?.token);
    if (!isOurs(lease)) return lease;
    if (before && before.token !== lease.token) {
      takenOver += 1;
      log.info({ meetingId, from: before.token, token: lease.token }, 'a room was taken over from another instance');
    }
    keep(lease);
    return lease;
  }

  /** Of a meeting of one's own, whose room another instance has read from its copy. */
  async function isBehind(meetingId: string, seq: number): Promise<boolean> {
    const copy = await copies.describe(meetingId);
    return copy === null || seq > Math.max(0, copy.transcriptSeq);
  }

  /** A copy that is looked at stays; one that was lost is put again. */
  async function refresh(entry: Held): Promise<void> {
    entry.refreshedAt = now();
    if ((await copies.describe(entry.lease.roomId)) === null) onClaimed(entry.lease.roomId);
  }

  return {
    take,
    held: (meetingId: string): RoomLease | null => held.get(meetingId)?.lease ?? null,
    counts: () => ({ leases: held.size, takenOver }),

    /** `dead`: URLs that were found not to answer. */
    async locate(meetingId: string, dead: ReadonlySet<string> = new Set()): Promise<Place> {
      const lease = await map.ownerOf(meetingId);
      if (lease && isOurs(lease)) {
        keep(lease);
        return null;
      }
      const own = await repository.meeting(meetingId);
      if (lease) {
        const isTaken = own && (await isBehind(meetingId, own.seq)) && isOurs(await take(meetingId));
        if (isTaken) onClaimed(meetingId);
        // An earlier process at this very address is no more.
        if (isTaken || lease.owner.url !== self.url) return isTaken ? null : { url: lease.owner.url, lease };
      }
      const copy = own ? null : await copies.describe(meetingId);
      if (copy && copy.home !== self.url && !dead.has(copy.home)) {
        return { url: copy.home, lease: null };
      }
      // Of what is neither in the database nor shared, nobody becomes the owner.
      if (!own && !copy) return null;
      const claimed = await map.claim(meetingId, self);
      if (!isOurs(claimed)) return { url: claimed.owner.url, lease: claimed };
      keep(claimed);
      if (copy) {
        takenOver += 1;
        log.info({ meetingId, token: claimed.token }, 'a room was taken over by its copy: nobody answers for it');
        await rooms.forgetCopy(meetingId, copy.generation);
      } else onClaimed(meetingId);
      return null;
    },

    isHeldStill: async (lease: RoomLease): Promise<boolean> => (await map.ownerOf(lease.roomId))?.token === lease.token,

    /** A lease of a room that was deleted. */
    async release(lease: RoomLease): Promise<void> {
      held.delete(lease.roomId);
      await map.release(lease);
    },

    /** Renews what is in memory or was just used, and lets go of the rest. */
    async renew(): Promise<void> {
      const isKept = ({ lease, usedAt }: Held) => rooms.isResident(lease.roomId) || now() - usedAt < map.ttlMs;
      const [kept, left] = [[...held.values()].filter(isKept), [...held.values()].filter((each) => !isKept(each))];
      const inForce = new Set((await map.renew(kept.map(({ lease }) => lease))).map(({ roomId }) => roomId));
      for (const { lease } of kept) {
        const isSame = held.get(lease.roomId)?.lease.token === lease.token;
        if (isSame && !inForce.has(lease.roomId)) held.delete(lease.roomId);
      }
      for (const { lease } of left) {
        held.delete(lease.roomId);
        await map.release(lease);
      }
      for (const entry of kept) if (now() - entry.refreshedAt > sharingLimits.copyRefreshMs) await refresh(entry);
    },

    /** Lets go of everything, so that others need not wait. */
    async releaseAll(): Promise<void> {
      const leases = [...held.values()].map(({ lease }) => lease);
      held.clear();
      for (let at = 0; at < leases.length; at += sharingLimits.maxPending) {
        await Promise.allSettled(leases.slice(at, at + sharingLimits.maxPending).map((lease) => map.release(lease)));
      }
    },
  };
}

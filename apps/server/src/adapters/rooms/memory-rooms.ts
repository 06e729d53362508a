import { describeCopy, staleLease, storageFull } from './checks.ts';
import { sharedRoomsLimits, type RoomCopy, type RoomLease, type RoomsMap, type SharedRooms } from './contract.ts';

interface MemoryRoomsOptions {
  now?: () => number;
  leaseTtlMs?: number;
  copyTtlMs?: number;
  /** Of all copies together. */
  maxBytes?: number;
}

/** Leases and copies in one process, for instances that live in it: tests. */
export function createMemoryRooms(options: MemoryRoomsOptions = {}): { map: RoomsMap; copies: SharedRooms } {
  const { now = Date.now, leaseTtlMs: ttlMs = sharedRoomsLimits.leaseTtlMs } = options;
  const { copyTtlMs = sharedRoomsLimits.copyTtlMs, maxBytes = 256 * 2 ** 20 } = options;
  const leases = new Map<string, { lease: RoomLease; until: number }>();
  const stored = new Map<string, { copy: RoomCopy; until: number }>();
  let lastToken = 0;
  let generations = 0;

  const inForce = <T extends { until: number }>(held: ReadonlyMap<string, T>, roomId: string): T | undefined => {
    const entry = held.get(roomId);
    return entry && entry.until > now() ? entry : undefined;
  };
  const isInForce = ({ roomId, token }: RoomLease) => inForce(leases, roomId)?.lease.token === token;
  const grant = (lease: RoomLease): RoomLease => {
    leases.set(lease.roomId, { lease, until: now() + ttlMs });
    return lease;
  };
  const read = (roomId: string): RoomCopy | null => {
    const entry = inForce(stored, roomId);
    if (!entry) return null;
    entry.until = now() + copyTtlMs;
    return entry.copy;
  };
  const requireLease = (lease: RoomLease) => {
    if (!isInForce(lease)) throw staleLease(lease);
  };

  return {
    map: {
      ttlMs,
      async claim(roomId, owner, over) {
        const held = inForce(leases, roomId)?.lease;
        if (held?.owner.id === owner.id) return grant(held);
        if (held && held.token !== over && held.owner.url !== owner.url) return held;
        return grant({ roomId, owner, token: (lastToken += 1) });
      },
      renew: async (renewed) => renewed.filter(isInForce).map(grant),
      async release(lease) {
        if (isInForce(lease)) leases.delete(lease.roomId);
      },
      ownerOf: async (roomId) => inForce(leases, roomId)?.lease ?? null,
    },
    copies: {
      async put(lease, meta, packed) {
        const described = describeCopy(lease, meta, packed, String((generations += 1)));
        requireLease(lease);
        const others = [...stored].filter(([roomId, { until }]) => roomId !== lease.roomId && until > now());
        const heldBytes = others.reduce((sum, [, { copy }]) => sum + copy.packed.length, 0);
        if (heldBytes + packed.length > maxBytes) throw storageFull();
        const copy = { meta: described, packed: Uint8Array.from(packed) };
        stored.set(lease.roomId, { copy, until: now() + copyTtlMs });
        return described;
      },
      describe: async (roomId) => read(roomId)?.meta ?? null,
      async get(roomId) {
        const copy = read(roomId);
        return copy && { meta: copy.meta, packed: Uint8Array.from(copy.packed) };
      },
      async remove(lease) {
        requireLease(lease);
        stored.delete(lease.roomId);
      },
    },
  };
}

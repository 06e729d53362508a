import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { sharedRoomsLimits, type Instance, type RoomCopyMeta, type RoomsMap, type SharedRooms } from './contract.ts';

/** Of leases that are waited for: long enough for a busy machine. */
const shortMs = 1000;

type Rooms = { map: RoomsMap; copies: SharedRooms };

const meta: RoomCopyMeta = {
  workspaceId: 'default',
  title: 'Budget',
  model: 'text-3',
  passages: 12,
  documents: { d1: 'plan.md' },
  transcriptSeq: 7,
  home: 'http://127.0.0.1:4700',
};
const instance = (port: number): Instance => ({ id: randomUUID(), url: `http://127.0.0.1:${port}` });
const conflict = expect.objectContaining({ code: 'CONFLICT' }) as Error;

const isSame = (one: Uint8Array, other: Uint8Array) => Buffer.compare(one, other) === 0;

/** What every rooms map and store of copies must do. `make` gives an empty pair, whose leases last so long. */
export function describeRooms(name: string, make: (leaseTtlMs: number) => Rooms): void {
  describe(`${name} keeps the contract of shared rooms`, () => {
    const [one, other] = [instance(4701), instance(4702)];
    const roomId = () => randomUUID();

    test('of many that claim at once, one gets the room, and all are told which', async () => {
      const { map } = make(60_000);
      const id = roomId();
      const claimants = Array.from({ length: 20 }, (_, at) => instance(5000 + at));
      const leases = await Promise.all(claimants.map((owner) => map.claim(id, owner)));
      expect(new Set(leases.map(({ token }) => token)).size).toBe(1);
      expect(await map.ownerOf(id)).toEqual(leases[0]);
      expect(claimants).toContainEqual(leases[0]!.owner);
    });

    test('a lease lasts for its time, longer while it is renewed, and is over then', async () => {
      const { map } = make(shortMs);
      const id = roomId();
      const lease = await map.claim(id, one);
      for (let round = 0; round < 4; round += 1) {
        await sleep(shortMs / 2);
        expect(await map.renew([lease])).toEqual([lease]);
      }
      expect(await map.claim(id, other)).toEqual(lease);
      await sleep(shortMs * 1.5);
      expect(await map.ownerOf(id)).toBeNull();
      expect(await map.renew([lease])).toEqual([]);
      const next = await map.claim(id, other);
      expect(next.owner).toEqual(other);
      expect(next.token).toBeGreaterThan(lease.token);
    });

    test('claiming one’s own room again renews the lease it has', async () => {
      const { map } = make(shortMs);
      const id = roomId();
      const lease = await map.claim(id, one);
      await sleep(shortMs * 0.7);
      expect(await map.claim(id, one)).toEqual(lease);
      await sleep(shortMs * 0.7);
      expect(await map.ownerOf(id)).toEqual(lease);
    });

    test('a process that was started again takes over from the one before it at its address', async () => {
      const { map } = make(60_000);
      const id = roomId();
      const before = await map.claim(id, one);
      const again = { ...one, id: randomUUID() };
      const after = await map.claim(id, again);
      expect(after.owner).toEqual(again);
      expect(after.token).toBeGreaterThan(before.token);
      expect(await map.renew([before])).toEqual([]);
    });

    test('who names the lease in force takes the room over; who names an earlier one does not', async () => {
      const { map } = make(60_000);
      const id = roomId();
      const first = await map.claim(id, one);
      const second = await map.claim(id, other, first.token);
      expect(second.owner).toEqual(other);
      expect(second.token).toBeGreaterThan(first.token);
      expect(await map.claim(id, one, first.token)).toEqual(second);
    });

    test('releasing ends one’s own lease, never another’s', async () => {
      const { map } = make(60_000);
      const id = roomId();
      const first = await map.claim(id, one);
      const second = await map.claim(id, other, first.token);
      await map.release(first);
      expect(await map.ownerOf(id)).toEqual(second);
      await map.release(second);
      await map.release(second);
      expect(await map.ownerOf(id)).toBeNull();
    });

    test('of many leases, those in force are renewed and no others', async () => {
      const { map } = make(60_000);
      const ids = Array.from({ length: 600 }, roomId);
      const leases = await Promise.all(ids.map((id) => map.claim(id, one)));
      const lost = leases.filter((_, at) => at % 3 === 0);
      await Promise.all(lost.map((lease) => map.release(lease)));
      const kept = await map.renew(leases);
      expect(kept).toEqual(leases.filter((_, at) => at % 3 !== 0));
    });

    test.each([0, 1, 16_378, 16_379, 200_000, 1_200_000])('a copy of %i bytes is read as it was put', async (bytes) => {
      const { map, copies } = make(60_000);
      const id = roomId();
      const lease = await map.claim(id, one);
      const packed = new Uint8Array(randomBytes(bytes));
      expect(await copies.get(id)).toBeNull();
      expect(await copies.describe(id)).toBeNull();
      const put = await copies.put(lease, meta, packed);
      expect(put).toMatchObject({ ...meta, bytes, token: lease.token });
      expect(await copies.describe(id)).toEqual(put);
      const got = await copies.get(id);
      expect(got!.meta).toEqual(put);
      expect(isSame(got!.packed, packed)).toBe(true);
    });

    test('an older token writes nothing and removes nothing', async () => {
      const { map, copies } = make(60_000);
      const id = roomId();
      const first = await map.claim(id, one);
      await copies.put(first, meta, Uint8Array.of(1));
      const second = await map.claim(id, other, first.token);
      await expect(copies.put(first, meta, Uint8Array.of(2))).rejects.toThrow(conflict);
      await expect(copies.remove(first)).rejects.toThrow(conflict);
      expect((await copies.get(id))!.packed).toEqual(Uint8Array.of(1));
      await copies.put(second, meta, Uint8Array.of(3));
      await map.release(second);
      await expect(copies.put(first, meta, Uint8Array.of(4))).rejects.toThrow(conflict);
      await expect(copies.put(second, meta, Uint8Array.of(5))).rejects.toThrow(conflict);
      expect((await copies.get(id))!.packed).toEqual(Uint8Array.of(3));
    });

    test('who reads while a copy is replaced gets one of them whole', async () => {
      const { map, copies } = make(60_000);
      const id = roomId();
      const lease = await map.claim(id, one);
      const filled = (byte: number) => new Uint8Array(150_000 + byte * 1000).fill(byte);
      await copies.put(lease, meta, filled(0));
      const state = { isWriting: true };
      const reading = Array.from({ length: 4 }, async () => {
        const seen: Uint8Array[] = [];
        while (state.isWriting) {
          const copy = await copies.get(id);
          if (copy) seen.push(copy.packed);
          await sleep(1);
        }
        return seen;
      });
      for (let byte = 1; byte <= 20; byte += 1) {
        await copies.put(lease, meta, filled(byte));
      }
      state.isWriting = false;
      const seen = (await Promise.all(reading)).flat();
      expect(seen.length).toBeGreaterThan(0);
      expect(seen.every((packed) => isSame(packed, filled(packed[0]!)))).toBe(true);
      expect(isSame((await copies.get(id))!.packed, filled(20))).toBe(true);
    });

    test('what was removed is gone, and can be put again', async () => {
      const { map, copies } = make(60_000);
      const id = roomId();
      const lease = await map.claim(id, one);
      await copies.put(lease, meta, Uint8Array.of(1));
      await copies.remove(lease);
      await copies.remove(lease);
      expect(await copies.get(id)).toBeNull();
      await copies.put(lease, meta, Uint8Array.of(2));
      expect((await copies.get(id))!.packed).toEqual(Uint8Array.of(2));
    });

    test('a copy or a description beyond its bound is refused', async () => {
      const { map, copies } = make(60_000);
      const lease = await map.claim(roomId(), one);
      const tooLarge = expect.objectContaining({ code: 'TOO_LARGE' }) as Error;
      const { maxCopyBytes, maxMetaBytes } = sharedRoomsLimits;
      await expect(copies.put(lease, meta, new Uint8Array(maxCopyBytes + 1))).rejects.toThrow(tooLarge);
      const long = { ...meta, title: 'x'.repeat(maxMetaBytes) };
      await expect(copies.put(lease, long, Uint8Array.of(1))).rejects.toThrow(tooLarge);
    });
  });
}

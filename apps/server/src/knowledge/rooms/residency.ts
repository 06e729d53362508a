import { performance } from 'node:perf_hooks';
import type { Reservation, Response } from '@hansard/headroom';
import type { Logger } from 'pino';
import { AppError, fromMemoryPressure } from '../../errors.ts';
import type { RoomsStats } from '../contract.ts';
import { createPressureResponse } from './pressure-response.ts';
import { roomsFull } from './rooms-full.ts';

export interface ResidencyOptions<R extends { readonly isDirty: boolean }> {
  /** For all rooms together. */
  budgetBytes: number;
  maxResident: number;
  /** Promises memory, or throws a `MemoryPressureError`. */
  reserve: (bytes: number) => Reservation;
  /** Reads a room. Asks `admit` for the bytes that it will take before it takes them; again, where they become more. */
  load: (meetingId: string, admit: (bytes: number) => Promise<void>) => Promise<R>;
  /** Writes what is in memory alone. */
  save: (room: R) => Promise<void>;
  bytesOf: (room: R) => number;
  /** A live meeting's room is never evicted. */
  isLive: (meetingId: string) => boolean;
  onActivated: (ms: number) => void;
  log: Logger;
  now: () => number;
}

export interface Resident<R> {
  readonly meetingId: string;
  readonly room: R;
  readonly reservation: Reservation;
  /** Who uses it now. */
  pins: number;
  lastUsedAt: number;
  /** It is being written so that it can go; gives the bytes let go, 0 where it stayed. */
  leaving: Promise<number> | null;
}

interface Flight<R> {
  resident: Promise<Resident<R>>;
  /** Who waits for it: each holds a pin from the moment it is there. */
  waiting: number;
  isDropped: boolean;
}

export type Residency<R extends { readonly isDirty: boolean }> = ReturnType<typeof createResidency<R>>;

/**
 * Which rooms are in memory. One is activated once for all who ask; the bytes it will take are reserved before it is read,
 * and the least recently used idle rooms go for it. The sum of what is reserved never exceeds the budget but by what rooms
 * in use have grown.
 */
export function createResidency<R extends { readonly isDirty: boolean }>(options: ResidencyOptions<R>) {
  const { budgetBytes, maxResident, reserve, load, save, bytesOf, isLive, onActivated, log, now } = options;
  /** The least recently used first. */
  const residents = new Map<string, Resident<R>>();
  const flights = new Map<string, Flight<R>>();
  const counts = { hits: 0, activations: 0, evictions: 0, refusals: 0 };
  let heldBytes = 0;

  function resize(reservation: Reservation, bytes: number): void {
    const before = reservation.bytes;
    reservation.resize(bytes);
    heldBytes += reservation.bytes - before;
  }

  function release(reservation: Reservation): void {
    heldBytes -= reservation.bytes;
    reservation.release();
  }

  const isIdle = ({ meetingId, pins }: Resident<R>) => pins === 0 && !isLive(meetingId);
  const isThere = (resident: Resident<R>) => residents.get(resident.meetingId) === resident;

  function letGo(resident: Resident<R>): number {
    const { bytes } = resident.reservation;
    residents.delete(resident.meetingId);
    release(resident.reservation);
    counts.evictions += 1;
    return bytes;
  }

  async function saveAndLetGo(resident: Resident<R>): Promise<number> {
    const { meetingId, room } = resident;
    try {
      await save(room);
    } catch (error) {
      log.error({ err: error, meetingId }, 'a room could not be written and stays in memory');
      return 0;
    }
    // Somebody may have come for it meanwhile.
    return isThere(resident) && isIdle(resident) && !room.isDirty ? letGo(resident) : 0;
  }

  function evictOne(resident: Resident<R>): Promise<number> {
    // One that is just being written stays until its row is: whoever reads it sooner would find them at odds.
    if (!resident.room.isDirty && !resident.leaving) return Promise.resolve(letGo(resident));
    resident.leaving ??= saveAndLetGo(resident).finally(() => (resident.leaving = null));
    return resident.leaving;
  }

  /** Gives the bytes let go; 0 where no room may go. */
  async function evictOldest(): Promise<number> {
    const idle = residents.values().filter(isIdle);
    for (const resident of idle) {
      const bytes = await evictOne(resident);
      if (bytes > 0) return bytes;
    }
    return 0;
  }

  const pressure = createPressureResponse({
    budgetBytes,
    heldBytes: () => heldBytes,
    evictClean: () =>
      residents
        .values()
        .map((resident) => (isIdle(resident) && !resident.room.isDirty && !resident.leaving ? letGo(resident) : 0)),
    evictOldest,
  });

  function refuse(reason: Parameters<typeof roomsFull>[0], bytes: number): AppError {
    counts.refusals += 1;
    return roomsFull(reason, { bytes, budgetBytes });
  }

  /** Calls `take`, which reserves, in the turn in which there is room for it. */
  async function makeRoom(bytes: number, take: () => void): Promise<void> {
    if (bytes > budgetBytes) throw refuse('larger-than-all', bytes);
    let freedBytes = 0;
    for (;;) {
      const isShort = heldBytes + bytes > pressure.capBytes;
      if (!isShort && residents.size + flights.size <= maxResident) {
        try {
          return take();
        } catch (error) {
          if (!fromMemoryPressure(error)) throw error;
          // What was let go is measured later: no more of it than is asked for is given up for a measurement.
          if (freedBytes >= bytes) throw refuse('memory', bytes);
        }
      }
      const freed = bytes > pressure.capBytes ? 0 : await evictOldest();
      if (freed === 0) throw refuse(pressure.isOn ? 'memory' : 'in-use', bytes);
      freedBytes += freed;
    }
  }

  async function activate(meetingId: string, flight: Flight<R>): Promise<Resident<R>> {
    const beganMs = performance.now();
    const held: { reservation: Reservation | null } = { reservation: null };
    const admit = async (bytes: number): Promise<void> => {
      const { reservation } = held;
      if (!reservation) {
        await makeRoom(bytes, () => {
          held.reservation = reserve(bytes);
          heldBytes += held.reservation.bytes;
        });
      } else if (bytes > reservation.bytes) {
        await makeRoom(bytes - reservation.bytes, () => resize(reservation, bytes));
      }
    };
    try {
      const room = await load(meetingId, admit);
      if (flight.isDropped) throw new AppError('NOT_FOUND', 'The meeting was deleted.');
      if (!held.reservation) throw new Error('A room was loaded without asking for its bytes');
      const pins = flight.waiting;
      const resident = { meetingId, room, reservation: held.reservation, pins, lastUsedAt: now(), leaving: null };
      residents.set(meetingId, resident);
      settle(resident);
      counts.activations += 1;
      onActivated(performance.now() - beganMs);
      return resident;
    } catch (error) {
      if (held.reservation) release(held.reservation);
      throw error;
    } finally {
      flights.delete(meetingId);
    }
  }

  /** A pin on a room that is in memory, or is brought there. */
  async function enter(meetingId: string): Promise<Resident<R>> {
    const resident = residents.get(meetingId);
    if (resident) {
      counts.hits += 1;
      resident.pins += 1;
      return resident;
    }
    const under = flights.get(meetingId);
    if (under) {
      under.waiting += 1;
      return under.resident;
    }
    const flight: Flight<R> = { waiting: 1, isDropped: false, resident: undefined as never };
    flights.set(meetingId, flight);
    flight.resident = activate(meetingId, flight);
    return flight.resident;
  }

  /** What is reserved follows what is held. Growth of a room in use is never refused: it is there already. */
  function settle(resident: Resident<R>): void {
    try {
      if (isThere(resident)) resize(resident.reservation, bytesOf(resident.room));
    } catch (error) {
      if (!fromMemoryPressure(error)) throw error;
    }
  }

  function leave(resident: Resident<R>): void {
    resident.pins -= 1;
    settle(resident);
  }

  return {
    /**
     * Works with a room, which stays as long. `grow` asks for as many bytes more, before they are taken. Rejects with
     * `ROOMS_FULL` where there is no room.
     */
    async use<T>(meetingId: string, work: (room: R, grow: (bytes: number) => Promise<void>) => Promise<T>): Promise<T> {
      const resident = await enter(meetingId);
      const { room, reservation } = resident;
      resident.lastUsedAt = now();
      if (isThere(resident)) {
        residents.delete(meetingId);
        residents.set(meetingId, resident);
      }
      try {
        return await work(room, async (bytes) => {
          await makeRoom(bytes, () => isThere(resident) && resize(reservation, bytesOf(room) + bytes));
        });
      } finally {
        leave(resident);
      }
    },

    /** The same with a room that is in memory anyway; it counts as no use of it. */
    async whileResident(meetingId: string, work: (room: R) => Promise<void>): Promise<void> {
      const resident = residents.get(meetingId);
      if (!resident) return;
      resident.pins += 1;
      try {
        await work(resident.room);
      } finally {
        leave(resident);
      }
    },

    /** What is in memory; it counts as no use of it. */
    peek: (meetingId: string): R | undefined => residents.get(meetingId)?.room,

    /** False where it is pinned or not there. */
    async evict(meetingId: string): Promise<boolean> {
      const resident = residents.get(meetingId);
      return resident !== undefined && isIdle(resident) && (await evictOne(resident)) > 0;
    },

    /** Takes a room out whoever uses it, without writing it. Gives it once it is loaded; null where it isn't there. */
    async drop(meetingId: string): Promise<R | null> {
      const flight = flights.get(meetingId);
      if (flight) {
        flight.isDropped = true;
        await flight.resident.catch(() => {});
      }
      const resident = residents.get(meetingId);
      if (!resident) return null;
      residents.delete(meetingId);
      release(resident.reservation);
      return resident.room;
    },

    isPinned: (resident: Resident<R>): boolean => !isIdle(resident),
    residents: (): IterableIterator<Resident<R>> => residents.values(),
    response: pressure.response satisfies Response,
    stats: (): RoomsStats => ({ resident: residents.size, bytes: heldBytes, budgetBytes, ...counts }),

    /** Writes all that is in memory alone. */
    async saveAll(): Promise<void> {
      await Promise.allSettled(flights.values().map(({ resident }) => resident));
      for (const { room, meetingId } of residents.values()) {
        if (!room.isDirty) continue;
        await save(room).catch((error: unknown) => log.error({ err: error, meetingId }, 'a room could not be written'));
      }
    },
  };
}

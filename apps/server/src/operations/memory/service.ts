import type { Readable } from 'node:stream';
import type { MemoryDrill, MemoryDrillReport, MemoryHistory, MemoryRange, MemoryState } from '@hansard/protocol';
import { AppError } from '../../errors.ts';
import { requireRight, type Actor } from '../../identity/index.ts';
import type { Drill } from './drill.ts';
import type { History } from './history.ts';
import type { ReadMemoryState } from './state.ts';

export interface MemoryOperationsOptions {
  readState: ReadMemoryState;
  history: Pick<History, 'read'>;
  /** Null where drills are off. */
  drill: Drill | null;
  /** Rooms in memory, and how to let one go: false where it is in use. */
  rooms: {
    resident: () => readonly { meetingId: string; bytes: number }[];
    evict: (meetingId: string) => Promise<boolean>;
  };
  /** Both throw what is refused for lack of room, and where another is under way. Ended early, they delete what they began. */
  takeSnapshot: (signal: AbortSignal) => Promise<Readable>;
  takeProfile: (durationMs: number, signal: AbortSignal) => Promise<Readable>;
}

export type MemoryOperations = ReturnType<typeof createMemoryOperations>;

/** What operators see of memory, and may do about it. Each throws `FORBIDDEN` to others. */
export function createMemoryOperations(options: MemoryOperationsOptions) {
  const { readState, history, drill, rooms, takeSnapshot, takeProfile } = options;

  function drillFor(actor: Actor): Drill {
    requireRight(actor, 'operate');
    if (drill) return drill;
    throw new AppError('FORBIDDEN', 'Drills are off. Start the server with HANSARD_MEMORY_DRILL=on to have them.');
  }

  async function evictRoom(meetingId: string): Promise<{ bytes: number }> {
    const room = rooms.resident().find((room) => room.meetingId === meetingId);
    if (!room) throw new AppError('NOT_FOUND', 'This meeting’s room is not in memory.');
    if (await rooms.evict(meetingId)) return { bytes: room.bytes };
    throw new AppError('CONFLICT', 'This room is in use, or its meeting is live. It can go once that is over.');
  }

  return {
    state(actor: Actor): Promise<MemoryState> {
      requireRight(actor, 'operate');
      return readState();
    },
    history(actor: Actor, range: MemoryRange): Promise<MemoryHistory> {
      requireRight(actor, 'operate');
      return history.read(range);
    },
    /** Begins a drill. Throws `CONFLICT` where it can't be had now, and says why. */
    startDrill: (actor: Actor, wanted: MemoryDrill): MemoryDrillReport => drillFor(actor).start(wanted),
    /** Ends a drill that runs; null where none ever did. */
    cancelDrill: (actor: Actor): MemoryDrillReport | null => drillFor(actor).cancel(),
    /**
     * Lets a meeting's room go from memory; nothing of it is lost. Gives the bytes. Rejects with `NOT_FOUND` where it isn't
     * in memory, `CONFLICT` where its meeting is live or somebody uses it.
     */
    evictRoom(actor: Actor, meetingId: string): Promise<{ bytes: number }> {
      requireRight(actor, 'operate');
      return evictRoom(meetingId);
    },
    snapshot(actor: Actor, signal: AbortSignal): Promise<Readable> {
      requireRight(actor, 'operate');
      return takeSnapshot(signal);
    },
    profile(actor: Actor, durationMs: number, signal: AbortSignal): Promise<Readable> {
      requireRight(actor, 'operate');
      return takeProfile(durationMs, signal);
    },
  };
}

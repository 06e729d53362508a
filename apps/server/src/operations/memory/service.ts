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
  /** Both throw what is refused for lack of room, and where another is under way. Ended early, they delete what they began. */
  takeSnapshot: (signal: AbortSignal) => Promise<Readable>;
  takeProfile: (durationMs: number, signal: AbortSignal) => Promise<Readable>;
}

export type MemoryOperations = ReturnType<typeof createMemoryOperations>;

/** What operators see of memory, and may do about it. Each throws `FORBIDDEN` to others. */
export function createMemoryOperations(options: MemoryOperationsOptions) {
  const { readState, history, drill, takeSnapshot, takeProfile } = options;

  function drillFor(actor: Actor): Drill {
    requireRight(actor, 'operate');
    if (drill) return drill;
    throw new AppError('FORBIDDEN', 'Drills are off. Start the server with HANSARD_MEMORY_DRILL=on to have them.');
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

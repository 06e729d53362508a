import { AppError } from '../errors.ts';

export interface LiveMeetingsOptions {
  /** Most meetings that may be live at once, as of now: it falls while memory is short. */
  maxMeetings: () => number;
  /** Milliseconds since 1970. */
  now?: () => number;
  /** A meeting of which nothing was heard for so long holds nothing any more, and leaves; it comes back without waiting. */
  awayMs?: number;
  /** One that waits and doesn't ask for so long has given up its place in the line. */
  patienceMs?: number;
  maxWaiting?: number;
}

export type LiveMeetings = ReturnType<typeof createLiveMeetings>;

/** When to ask again, at the head of the line; those behind ask less often. */
const firstRetryMs = 2000;
const maxRetryMs = 15_000;

/**
 * The meetings that are going on, and the line of those that wait for a place. One that has been let in stays: when
 * places become fewer, nobody is turned out, and nobody new comes in.
 */
export function createLiveMeetings(options: LiveMeetingsOptions) {
  const { maxMeetings, now = Date.now, awayMs = 300_000, patienceMs = 60_000, maxWaiting = 10_000 } = options;
  /** When something was last heard of each; the one heard of longest ago is first. */
  const live = new Map<string, number>();
  /** When each last asked, in the order in which they came. */
  const waiting = new Map<string, number>();

  const touch = (meetingId: string): void => {
    live.delete(meetingId);
    live.set(meetingId, now());
  };

  const dropImpatient = (): void => {
    const at = now();
    for (const [meetingId, askedAt] of waiting) if (at - askedAt > patienceMs) waiting.delete(meetingId);
  };

  const placeOf = (meetingId: string): number => {
    let place = 1;
    for (const waits of waiting.keys()) {
      if (waits === meetingId) return place;
      place += 1;
    }
    return place;
  };

  return {
    get size(): number {
      return live.size;
    },
    get waiting(): number {
      return waiting.size;
    },
    has: (meetingId: string): boolean => live.has(meetingId),
    /** When something was last heard of it; undefined where it isn't going on. */
    heardAt: (meetingId: string): number | undefined => live.get(meetingId),
    ids: (): IterableIterator<string> => live.keys(),

    /** Something was heard of a meeting that has been let in before: it is never asked to wait. */
    touch,

    /**
     * Lets a new meeting begin. Throws `MEETINGS_FULL` with its place in the line and when to ask again, as long as others
     * are before it or all places are taken.
     */
    admit(meetingId: string): void {
      if (live.has(meetingId)) return touch(meetingId);
      dropImpatient();
      const isKnown = waiting.has(meetingId);
      const place = isKnown ? placeOf(meetingId) : waiting.size + 1;
      if (live.size + place <= maxMeetings()) {
        waiting.delete(meetingId);
        return touch(meetingId);
      }
      if (!isKnown && waiting.size >= maxWaiting) {
        throw new AppError('MEETINGS_FULL', 'The server is full, and so is the line. Try again in a while.', {
          retryAfterMs: maxRetryMs,
        });
      }
      waiting.set(meetingId, now());
      throw new AppError('MEETINGS_FULL', `The server is full. This meeting is number ${place} in the line.`, {
        position: place,
        retryAfterMs: Math.min(maxRetryMs, firstRetryMs + 100 * (place - 1)),
      });
    },

    /** It has ended or was deleted. */
    leave(meetingId: string): void {
      live.delete(meetingId);
      waiting.delete(meetingId);
    },

    /** Lets go of meetings of which nothing was heard, and of those that no longer wait. */
    sweep(): void {
      const at = now();
      for (const [meetingId, heardAt] of live) {
        if (at - heardAt < awayMs) break;
        live.delete(meetingId);
      }
      dropImpatient();
    },
  };
}

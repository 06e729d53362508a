import type { Logger } from 'pino';
import type { LiveMeetings } from './live-meetings.ts';
import type { MeetingsRepository } from './repository.ts';

interface IdleMeetingsOptions {
  repository: Pick<MeetingsRepository, 'liveQuietSince'>;
  liveMeetings: LiveMeetings;
  /** A live meeting of which nothing was heard for so long is ended. */
  idleMs: number;
  end: (workspaceId: string, meetingId: string) => Promise<unknown>;
  now: () => number;
  log: Logger;
}

/** Meetings ended by one sweep; the next takes the rest. */
const maxEndedPerSweep = 200;

/** Ends meetings that everybody has left without ending them. Never rejects; says how many were ended. */
export function createIdleSweep(options: IdleMeetingsOptions): () => Promise<number> {
  const { repository, liveMeetings, idleMs, end, now, log } = options;
  let isSweeping = false;

  const isQuiet = (meetingId: string): boolean => now() - (liveMeetings.heardAt(meetingId) ?? 0) >= idleMs;

  return async () => {
    if (isSweeping) return 0;
    isSweeping = true;
    let ended = 0;
    try {
      const quiet = await repository.liveQuietSince(now() - idleMs, maxEndedPerSweep);
      for (const { id, workspaceId } of quiet) {
        if (!isQuiet(id)) continue;
        await end(workspaceId, id);
        ended += 1;
      }
    } catch (error) {
      log.error({ err: error }, 'idle meetings were not ended');
    } finally {
      isSweeping = false;
    }
    return ended;
  };
}

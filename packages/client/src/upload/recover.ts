import type { Spool, SpooledTrack } from '../spool/contract.ts';
import { createTrackLocks, type TrackLocks } from './track-locks.ts';

/**
 * Recordings that an earlier visit began and did not stop, the latest first: of a tab that crashed or was closed. A track
 * that another tab records now is none of them. `recorder.start({ continues })` goes on from one.
 */
export async function recoverUnfinished(
  spool: Spool,
  { locks = createTrackLocks(), meetingId }: { locks?: TrackLocks; meetingId?: string } = {},
): Promise<SpooledTrack[]> {
  const unfinished: SpooledTrack[] = [];
  for (const track of await spool.tracks()) {
    if (track.length !== null || (meetingId !== undefined && track.meetingId !== meetingId)) continue;
    const release = await locks.tryAcquire(track.trackId);
    if (!release) continue;
    release();
    unfinished.push(track);
  }
  return unfinished.toSorted((one, other) => other.startedAtMs - one.startedAtMs);
}

import type { ChunkLog } from './chunk-log.ts';
import { captureLimits } from './limits.ts';
import type { LiveTrack } from './live-track.ts';
import type { LiveTracks } from './live-tracks.ts';
import type { Parts } from './parts.ts';

interface SweepOptions {
  liveTracks: LiveTracks;
  chunkLog: ChunkLog;
  parts: Parts;
  now: () => number;
  maxPartBytes: number;
  maxPartMs: number;
}

export type Sweep = ReturnType<typeof createSweep>;

/** What is due by time for each track in memory: its part, the last words of one that was cut off, its leaving. */
export function createSweep({ liveTracks, chunkLog, parts, now, maxPartBytes, maxPartMs }: SweepOptions) {
  const isPartDue = (track: LiveTrack): boolean =>
    track.stored < track.durable &&
    (track.closed ||
      track.durable - track.stored >= maxPartBytes ||
      (track.partBeganAt !== null && now() - track.partBeganAt >= maxPartMs));

  const cutIfAway = (track: LiveTrack): void => {
    if (track.owner || track.closed || track.cutWhileAway) return;
    if (now() - track.touchedAt < captureLimits.disconnectedCutMs) return;
    track.cutWhileAway = true;
    chunkLog.add(track, track.reader.finish());
  };

  const unloadIfDone = async (track: LiveTrack): Promise<void> => {
    const isAway = !track.owner && now() - track.touchedAt >= captureLimits.disconnectedUnloadMs;
    if (!isAway && !track.closed) return;
    if (track.slicesInFlight > 0 || track.stored < track.durable) return;
    await chunkLog.flush();
    const isStillDone = track.slicesInFlight === 0 && track.stored === track.durable && (track.closed || !track.owner);
    if (isStillDone) liveTracks.remove(track.id);
  };

  return async (): Promise<void> => {
    for (const track of liveTracks.all()) {
      cutIfAway(track);
      const isLeaving = !track.owner && now() - track.touchedAt >= captureLimits.disconnectedUnloadMs;
      if (isPartDue(track) || (isLeaving && track.stored < track.durable)) void parts.store(track);
      await unloadIfDone(track).catch(() => {
        // The chunk log has said so, and tries again: the track stays until its chunks are written.
      });
    }
  };
}

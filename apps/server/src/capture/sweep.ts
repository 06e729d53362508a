import { setImmediate } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { ChunkLog } from './chunk-log.ts';
import { captureLimits } from './limits.ts';
import type { LiveTrack } from './live-track.ts';
import type { LiveTracks } from './live-tracks.ts';
import type { Parts } from './parts.ts';

interface SweepOptions {
  liveTracks: LiveTracks;
  chunkLog: ChunkLog;
  parts: Parts;
  log: Logger;
  now: () => number;
  maxPartBytes: number;
  maxPartMs: number;
}

export type Sweep = ReturnType<typeof createSweep>;

/**
 * What is due by time for each track in memory: its part, the last words of one that was cut off, its leaving. Never
 * rejects; one sweep is over before the next begins.
 */
export function createSweep({ liveTracks, chunkLog, parts, log, now, maxPartBytes, maxPartMs }: SweepOptions) {
  let isSweeping = false;

  const isLeaving = (track: LiveTrack): boolean =>
    track.closed || (!track.owner && now() - track.touchedAt >= captureLimits.disconnectedUnloadMs);

  const isPartDue = (track: LiveTrack): boolean =>
    track.stored < track.durable &&
    now() >= track.storeAgainAt &&
    (isLeaving(track) ||
      track.durable - track.stored >= maxPartBytes ||
      (track.partBeganAt !== null && now() - track.partBeganAt >= maxPartMs));

  const cutIfAway = (track: LiveTrack): void => {
    if (track.owner || track.closed || track.cutWhileAway) return;
    if (now() - track.touchedAt < captureLimits.disconnectedCutMs) return;
    track.cutWhileAway = true;
    chunkLog.add(track, track.reader.finish());
  };

  const isDone = (track: LiveTrack): boolean =>
    isLeaving(track) && track.slicesInFlight === 0 && track.stored === track.durable;

  const unloadIfDone = async (track: LiveTrack): Promise<void> => {
    if (!isDone(track)) return;
    // Where its chunks can't be written yet, the log has said so: the track stays until they are.
    const areWritten = await chunkLog.flushTrack(track.id).then(
      () => true,
      () => false,
    );
    if (areWritten && isDone(track)) liveTracks.remove(track.id);
  };

  return async (): Promise<void> => {
    if (isSweeping) return;
    isSweeping = true;
    let seen = 0;
    for (const track of liveTracks.all()) {
      try {
        cutIfAway(track);
        if (isPartDue(track)) void parts.store(track);
        await unloadIfDone(track);
      } catch (error) {
        log.error({ err: error, trackId: track.id }, 'a track was not swept');
      }
      seen += 1;
      if (seen % captureLimits.tracksPerTurn === 0) await setImmediate();
    }
    isSweeping = false;
  };
}

import pLimit from 'p-limit';
import type { Logger } from 'pino';
import type { Objects } from '../adapters/objects/index.ts';
import type { Journal } from './journal/index.ts';
import { captureLimits } from './limits.ts';
import type { LiveTrack } from './live-track.ts';
import type { LiveTracks } from './live-tracks.ts';
import type { CaptureRepository } from './repository.ts';

interface PartsOptions {
  repository: CaptureRepository;
  journal: Journal;
  objects: Objects;
  liveTracks: Pick<LiveTracks, 'dismiss'>;
  log: Logger;
  now: () => number;
  maxPartBytes: number;
}

export type Parts = ReturnType<typeof createParts>;

/**
 * Moves tracks from the journal to the object store, a part at a time. A track waits for its turn at most once, so what waits
 * is bounded by the live tracks. A part that can't be stored stays in the journal, and is tried again after `partRetryMs`.
 */
export function createParts({ repository, journal, objects, liveTracks, log, now, maxPartBytes }: PartsOptions) {
  const writers = pLimit(captureLimits.partWriters);
  const waiting = new Map<LiveTrack, Promise<void>>();
  const running = new Map<LiveTrack, Promise<void>>();

  const storeNext = async (track: LiveTrack, upTo: number): Promise<void> => {
    const byteStart = track.stored;
    const byteEnd = Math.min(upTo, byteStart + maxPartBytes);
    const objectKey = `tracks/${track.id}/parts/${String(byteStart).padStart(12, '0')}`;
    await objects.put(objectKey, journalPieces(track.id, byteStart, byteEnd));
    if (!(await repository.addPart({ trackId: track.id, byteStart, byteEnd, objectKey }))) return letGo(track);
    track.stored = byteEnd;
    const isWhole = track.closed && byteEnd === track.durable;
    journal.release(track.id, isWhole ? Math.max(byteEnd, journal.extent(track.id)?.end ?? 0) : byteEnd);
  };

  async function* journalPieces(trackId: string, start: number, end: number): AsyncGenerator<Uint8Array> {
    for (let at = start; at < end; at += captureLimits.pieceBytes) {
      yield await journal.read(trackId, at, Math.min(end, at + captureLimits.pieceBytes));
    }
  }

  /** Its meeting was deleted while it was taken up or stored, and so passed the deletion by. */
  const letGo = async (track: LiveTrack): Promise<void> => {
    liveTracks.dismiss(track);
    await track.settled;
    journal.release(track.id, track.durable);
    await objects.removeAll(`tracks/${track.id}/`);
  };

  /** What comes while it stores is for the next turn: no track keeps a writer for as long as it grows. */
  const storeAll = async (track: LiveTrack): Promise<void> => {
    const upTo = track.durable;
    try {
      while (track.stored < upTo && !track.gone) await storeNext(track, upTo);
      track.partBeganAt = track.stored < track.durable ? now() : null;
    } catch (error) {
      track.storeAgainAt = now() + captureLimits.partRetryMs;
      log.error({ err: error, trackId: track.id }, 'a part was not stored; its bytes stay in the journal');
      // Without its row nothing of it can ever be stored.
      const isThere = await repository.track(track.id).catch(() => true);
      if (!isThere) await letGo(track).catch(() => {});
    }
  };

  return {
    /** Stores what the track has; resolves when it was tried, stored or not. */
    store(track: LiveTrack): Promise<void> {
      const queued = waiting.get(track);
      if (queued) return queued;
      const turn = (running.get(track) ?? Promise.resolve()).then(() =>
        writers(async () => {
          waiting.delete(track);
          running.set(track, turn);
          await storeAll(track);
          if (running.get(track) === turn) running.delete(track);
        }),
      );
      waiting.set(track, turn);
      return turn;
    },
    /** Resolves when nothing of the track is being stored. */
    idle: (track: LiveTrack): Promise<void> => waiting.get(track) ?? running.get(track) ?? Promise.resolve(),
  };
}

import pLimit from 'p-limit';
import type { Logger } from 'pino';
import type { Objects } from '../adapters/objects/index.ts';
import type { Journal } from './journal/index.ts';
import { captureLimits } from './limits.ts';
import type { LiveTrack } from './live-track.ts';
import type { CaptureRepository } from './repository.ts';

interface PartsOptions {
  repository: CaptureRepository;
  journal: Journal;
  objects: Objects;
  log: Logger;
  maxPartBytes: number;
}

export type Parts = ReturnType<typeof createParts>;

/**
 * Moves tracks from the journal to the object store, a part at a time. A track waits for its turn at most once, so what waits
 * is bounded by the live tracks. A part that can't be stored stays in the journal, and is tried again when the track is next due.
 */
export function createParts({ repository, journal, objects, log, maxPartBytes }: PartsOptions) {
  const writers = pLimit(captureLimits.partWriters);
  const waiting = new Map<LiveTrack, Promise<void>>();
  const running = new Map<LiveTrack, Promise<void>>();

  const storeNext = async (track: LiveTrack): Promise<void> => {
    const byteStart = track.stored;
    const byteEnd = Math.min(track.durable, byteStart + maxPartBytes);
    const objectKey = `tracks/${track.id}/parts/${String(byteStart).padStart(12, '0')}`;
    await objects.put(objectKey, journalPieces(track.id, byteStart, byteEnd));
    await repository.addPart({ trackId: track.id, byteStart, byteEnd, objectKey });
    track.stored = byteEnd;
    journal.release(track.id, byteEnd);
  };

  async function* journalPieces(trackId: string, start: number, end: number): AsyncGenerator<Uint8Array> {
    for (let at = start; at < end; at += captureLimits.pieceBytes) {
      yield await journal.read(trackId, at, Math.min(end, at + captureLimits.pieceBytes));
    }
  }

  const storeAll = async (track: LiveTrack): Promise<void> => {
    try {
      while (track.stored < track.durable) await storeNext(track);
      track.partBeganAt = null;
    } catch (error) {
      log.error({ err: error, trackId: track.id }, 'a part was not stored; its bytes stay in the journal');
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
  };
}

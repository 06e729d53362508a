import pLimit from 'p-limit';
import type { Logger } from 'pino';
import type { Objects } from '../adapters/objects/index.ts';
import { createBufferPool } from '../buffer-pool.ts';
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
  /** Some of the meeting's audio turned out to be lost. */
  onLoss: (meetingId: string) => void;
}

export type Parts = ReturnType<typeof createParts>;

/**
 * Moves tracks from the journal to the object store, a part at a time. A track waits for its turn at most once, so what waits
 * is bounded by the live tracks. A part that can't be stored stays in the journal, and is tried again after `partRetryMs`.
 * What the journal has damaged is found twice before it is written down as lost; what is whole on both sides of it is stored.
 */
export function createParts(options: PartsOptions) {
  const { repository, journal, objects, liveTracks, log, now, maxPartBytes, onLoss } = options;
  const turns = pLimit(captureLimits.tracksStoredAtOnce);
  const writers = pLimit(captureLimits.partWriters);
  const pieces = createBufferPool({ bufferBytes: captureLimits.pieceBytes, maxKept: captureLimits.partWriters });
  const waiting = new Map<LiveTrack, Promise<void>>();
  const running = new Map<LiveTrack, Promise<void>>();
  /** Where tracks were found to be damaged once. */
  const suspected = new WeakMap<LiveTrack, number>();

  const storeNext = async (track: LiveTrack, upTo: number): Promise<void> => {
    const byteStart = track.stored;
    const most = Math.min(upTo, byteStart + maxPartBytes);
    const [loss] = await repository.lossesIn(track.id, byteStart, most);
    const isLost = loss !== undefined && loss.byteStart <= byteStart;
    const byteEnd = isLost ? Math.min(upTo, loss.byteEnd) : Math.min(most, loss?.byteStart ?? most);
    const isThere = isLost
      ? await repository.passOver(track.id, byteEnd)
      : await storePart(track.id, byteStart, byteEnd);
    if (!isThere) return letGo(track);
    track.stored = byteEnd;
    const isWhole = track.closed && byteEnd === track.durable;
    journal.release(track.id, isWhole ? Math.max(byteEnd, journal.extent(track.id)?.end ?? 0) : byteEnd);
  };

  /** False where the track is gone. */
  const storePart = async (trackId: string, byteStart: number, byteEnd: number): Promise<boolean> => {
    const objectKey = `tracks/${trackId}/parts/${String(byteStart).padStart(12, '0')}`;
    await writers(() =>
      pieces.use(captureLimits.pieceBytes, (memory) =>
        objects.put(objectKey, journalPieces(trackId, byteStart, byteEnd, memory)),
      ),
    );
    return repository.addPart({ trackId, byteStart, byteEnd, objectKey });
  };

  /** One look could be at a disk that is not itself; what is damaged is given up only when another says the same. */
  const noteDamage = async (track: LiveTrack): Promise<void> => {
    const ranges = await journal.damage(track.id, track.stored, Math.min(track.durable, track.stored + maxPartBytes));
    const [first] = ranges;
    if (first && suspected.get(track) === first.start) {
      await repository.addLosses(track.id, ranges);
      log.error(
        { trackId: track.id, ranges },
        'the disk has damaged a part of a recording: it is lost, the rest is kept',
      );
      track.storeAgainAt = now();
      onLoss(track.meetingId);
    }
    if (first) suspected.set(track, first.start);
    else suspected.delete(track);
  };

  /** One after the other in the same memory. */
  async function* journalPieces(
    trackId: string,
    start: number,
    end: number,
    memory: Uint8Array,
  ): AsyncGenerator<Uint8Array> {
    for (let at = start; at < end; at += captureLimits.pieceBytes) {
      yield await journal.read(trackId, at, Math.min(end, at + captureLimits.pieceBytes), memory);
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
      await (isThere ? noteDamage(track) : letGo(track)).catch((failure: unknown) => {
        log.error({ err: failure, trackId: track.id }, 'what is wrong with a track could not be found out');
      });
    }
  };

  return {
    /** Stores what the track has; resolves when it was tried, stored or not. */
    store(track: LiveTrack): Promise<void> {
      const queued = waiting.get(track);
      if (queued) return queued;
      const turn = (running.get(track) ?? Promise.resolve()).then(() =>
        turns(async () => {
          waiting.delete(track);
          running.set(track, turn);
          await storeAll(track);
          if (running.get(track) === turn) running.delete(track);
        }),
      );
      waiting.set(track, turn);
      return turn;
    },
    trim: pieces.trim,
    /** Resolves when nothing of the track is being stored. */
    idle: (track: LiveTrack): Promise<void> => waiting.get(track) ?? running.get(track) ?? Promise.resolve(),
  };
}

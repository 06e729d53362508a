import type { TrackRow } from '../adapters/database/index.ts';
import { AppError } from '../errors.ts';
import type { ChunkLog } from './chunk-log.ts';
import type { Journal } from './journal/index.ts';
import { atRest, type LiveTrack } from './live-track.ts';
import { TrackReader } from './media/index.ts';
import type { CaptureRepository } from './repository.ts';
import type { TrackBytes } from './track-bytes.ts';

interface LiveTracksOptions {
  repository: CaptureRepository;
  journal: Journal;
  trackBytes: TrackBytes;
  chunkLog: ChunkLog;
  now: () => number;
  maxChunkMs: number;
}

export type LiveTracks = ReturnType<typeof createLiveTracks>;

/** The tracks that are in memory: those that are being recorded, and those that are being taken up again. */
export function createLiveTracks({ repository, journal, trackBytes, chunkLog, now, maxChunkMs }: LiveTracksOptions) {
  const live = new Map<string, LiveTrack>();
  const loading = new Map<string, Promise<LiveTrack>>();

  const load = async (row: TrackRow): Promise<LiveTrack> => {
    journal.release(row.id, row.storedBytes);
    // After a crash the journal may have bytes that were never acknowledged: behind the end of a closed track they count nothing.
    const end = row.state === 'closed' ? (row.length ?? Infinity) : Infinity;
    const durable = Math.min(end, Math.max(row.storedBytes, journal.extent(row.id)?.end ?? 0));
    const reader = new TrackReader({
      mimeType: row.mimeType,
      maxChunkMs,
      ...(row.cutterState && { state: row.cutterState }),
    });
    const track: LiveTrack = {
      id: row.id,
      meetingId: row.meetingId,
      offsetMs: row.offsetMs,
      reader,
      owner: null,
      accepted: durable,
      durable,
      stored: row.storedBytes,
      capturedMs: row.capturedMs,
      settled: atRest,
      slicesInFlight: 0,
      unansweredBytes: 0,
      appends: [],
      closed: row.state === 'closed',
      closing: null,
      gone: false,
      touchedAt: now(),
      partBeganAt: durable > row.storedBytes ? now() : null,
      storeAgainAt: 0,
      cutWhileAway: false,
    };
    await catchUp(track);
    live.set(track.id, track);
    return track;
  };

  /** Cuts what became durable after the state in the row was written. */
  const catchUp = async (track: LiveTrack): Promise<void> => {
    let at = track.reader.offset;
    if (at >= track.durable) return;
    for await (const piece of trackBytes.stream(track.id, at, track.durable)) {
      const isLost = 'lostBytes' in piece;
      const cut = isLost ? track.reader.lose(at + piece.lostBytes) : track.reader.push(piece, at);
      at += isLost ? piece.lostBytes : piece.length;
      if (cut.length > 0) chunkLog.add(track, cut);
    }
  };

  return {
    get: (trackId: string): LiveTrack | undefined => live.get(trackId),
    all: (): IterableIterator<LiveTrack> => live.values(),
    get size(): number {
      return live.size;
    },
    remove: (trackId: string): void => void live.delete(trackId),
    /** The track if it is in memory, or about to be. */
    known: async (trackId: string): Promise<LiveTrack | undefined> =>
      live.get(trackId) ?? (await loading.get(trackId)?.catch(() => undefined)),

    /** The track's meeting is no more: lets it go, and tells whoever feeds it. */
    dismiss(track: LiveTrack): void {
      track.gone = true;
      live.delete(track.id);
      track.owner?.onTrackLost(track.id, new AppError('NOT_FOUND', 'The meeting was deleted.'));
      track.owner = null;
    },

    /** The track in memory, taken up from its row and the journal where it is not; null where there is no such track. */
    async take(trackId: string): Promise<LiveTrack | null> {
      const known = live.get(trackId) ?? (await loading.get(trackId));
      if (known) return known;
      const row = await repository.track(trackId);
      if (!row) return null;
      const started = live.get(trackId) ?? loading.get(trackId) ?? load(row).finally(() => loading.delete(trackId));
      if (started instanceof Promise) loading.set(trackId, started);
      return started;
    },
  };
}

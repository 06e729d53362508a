import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { AppError } from '../errors.ts';
import { captureLimits } from './limits.ts';
import type { LiveTrack } from './live-track.ts';
import type { CutChunk } from './media/index.ts';
import type { CaptureRepository, NewChunk, TrackProgress } from './repository.ts';

interface ChunkLogOptions {
  repository: CaptureRepository;
  now: () => number;
  log: Logger;
  /** Chunk rows of these meetings have been committed. */
  onChunks: (meetingIds: ReadonlySet<string>) => void;
}

export type ChunkLog = ReturnType<typeof createChunkLog>;

/**
 * Gathers the chunks of all tracks for a moment and writes them in one transaction with where their tracks' cutters
 * stood, so that after a crash each chunk is there once: the cutter goes on from the row's state, and cuts the same again.
 */
export function createChunkLog({ repository, now, log, onChunks }: ChunkLogOptions) {
  let chunks: NewChunk[] = [];
  let progress = new Map<string, TrackProgress>();
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();

  /** Resolves when all was tried; what the database did not take is kept and tried again. */
  const write = async (): Promise<void> => {
    const batch = { chunks, progress };
    chunks = [];
    progress = new Map();
    if (batch.progress.size === 0) return;
    const failed = await writeAll(batch.chunks, batch.progress);
    const isWritten = ({ trackId }: NewChunk) => !failed.has(trackId);
    const written = batch.chunks.filter(isWritten);
    if (failed.size > 0) {
      chunks = [...batch.chunks.filter((chunk) => !isWritten(chunk)), ...chunks];
      progress = new Map([...failed, ...progress]);
      writeIn(captureLimits.chunkRetryMs);
    }
    if (written.length > 0) onChunks(new Set(written.map(({ meetingId }) => meetingId)));
  };

  /** In one transaction; gives the tracks of which nothing was written. */
  const writeAll = async (all: readonly NewChunk[], tracks: Map<string, TrackProgress>) => {
    try {
      await repository.addChunks(all, [...tracks.values()]);
      return new Map<string, TrackProgress>();
    } catch (error) {
      log.error({ err: error, chunks: all.length }, 'chunk rows were not written yet');
      // Where it is not the disk, it may be the rows of one track: they must not hold up those of others.
      return error instanceof AppError || tracks.size === 1 ? tracks : writeApart(all, tracks);
    }
  };

  const writeApart = async (all: readonly NewChunk[], tracks: ReadonlyMap<string, TrackProgress>) => {
    const failed = new Map<string, TrackProgress>();
    const byTrack = Map.groupBy(all, ({ trackId }) => trackId);
    for (const [trackId, one] of tracks) {
      await repository.addChunks(byTrack.get(trackId) ?? [], [one]).catch(() => failed.set(trackId, one));
    }
    return failed;
  };

  /** Resolves when all that was added before has been tried. */
  const flush = (): Promise<void> => {
    if (timer) clearTimeout(timer);
    timer = null;
    const tried = writing.then(write);
    writing = tried.catch(() => {});
    return tried;
  };

  const writeIn = (delayMs: number): void => {
    timer ??= setTimeout(() => void flush().catch(() => {}), delayMs);
  };

  return {
    add(track: LiveTrack, cut: readonly CutChunk[]): void {
      for (const { byteStart, byteEnd, startMs, endMs, framing } of cut) {
        chunks.push({
          id: randomUUID(),
          meetingId: track.meetingId,
          trackId: track.id,
          byteStart,
          byteEnd,
          startMs: track.offsetMs + Math.round(startMs),
          endMs: track.offsetMs + Math.round(endMs),
          framing: JSON.stringify(framing),
          createdAt: now(),
        });
      }
      progress.set(track.id, {
        trackId: track.id,
        durableMs: Math.round(track.reader.durableMs),
        capturedMs: Math.round(track.capturedMs),
        cutterState: track.reader.snapshot(),
      });
      writeIn(captureLimits.chunkBatchMs);
    },
    /** The database has taken nothing for so long that no more should be added. */
    get isFull(): boolean {
      return chunks.length >= captureLimits.maxUnwrittenChunks;
    },
    flush,
    /** Resolves when all that was added of the track is committed; rejects with `STORAGE_FAILED`. */
    async flushTrack(trackId: string): Promise<void> {
      await flush();
      if (progress.has(trackId)) throw new AppError('STORAGE_FAILED', 'The database could not be written.');
    },
  };
}

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

  /** Rejects where the database did not take them; they are kept and tried again. */
  const write = async (): Promise<void> => {
    const batch = { chunks, progress };
    chunks = [];
    progress = new Map();
    if (batch.progress.size === 0) return;
    try {
      await repository.addChunks(batch.chunks, [...batch.progress.values()]).catch((error: unknown) => {
        if (error instanceof AppError) throw error;
        return writeApart(batch.chunks, batch.progress);
      });
    } catch (error) {
      log.error({ err: error, chunks: batch.chunks.length }, 'chunk rows were not written yet');
      chunks = [...batch.chunks, ...chunks];
      progress = new Map([...batch.progress, ...progress]);
      writeIn(captureLimits.chunkRetryMs);
      throw new AppError('STORAGE_FAILED', 'The database could not be written.', { cause: error });
    }
    if (batch.chunks.length > 0) onChunks(new Set(batch.chunks.map(({ meetingId }) => meetingId)));
  };

  /** It is not the disk: rows that the database can't take must not hold up those of other tracks. */
  const writeApart = async (all: readonly NewChunk[], tracks: ReadonlyMap<string, TrackProgress>): Promise<void> => {
    for (const [trackId, one] of tracks) {
      const own = all.filter((chunk) => chunk.trackId === trackId);
      try {
        await repository.addChunks(own, [one]);
      } catch (error) {
        if (error instanceof AppError) throw error;
        log.error({ err: error, trackId, chunks: own.length }, 'the chunk rows of a track are refused, and given up');
      }
    }
  };

  const flush = (): Promise<void> => {
    if (timer) clearTimeout(timer);
    timer = null;
    const written = writing.then(write);
    writing = written.catch(() => {});
    return written;
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
    /** Resolves when all that was added is committed; rejects with `STORAGE_FAILED`. */
    flush,
  };
}

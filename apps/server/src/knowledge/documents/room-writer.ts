import { setTimeout as sleepFor } from 'node:timers/promises';
import { AppError } from '../../errors.ts';
import { embeddedText, type PacedEmbeddings } from '../embeddings/index.ts';
import type { Rooms } from '../contract.ts';
import { documentLimits } from './limits.ts';
import type { StoredPassage } from './repository.ts';

/** Brings the passages of a document, as its rows have them, into the meeting's room. */
export function createRoomWriter(rooms: Rooms) {
  return {
    /** Rejects with the model's `EngineError` or the signal's reason. */
    vectorsOf: (
      embeddings: PacedEmbeddings,
      passages: readonly StoredPassage[],
      options: { signal: AbortSignal; onProgress?: (done: number) => void },
    ): Promise<Float32Array[]> => embeddings.ofPassages(passages.map(embeddedText), options),

    /** Waits while there is no memory for the room, for some tries. */
    async write(
      owner: { meetingId: string; id: string },
      { passages, vectors }: { passages: readonly StoredPassage[]; vectors: readonly Float32Array[] | null },
      signal: AbortSignal,
    ): Promise<void> {
      const pieces = passages.map(({ page, heading, startAt, endAt, text }, at) => ({
        page,
        heading,
        start: startAt,
        end: endAt,
        text,
        vector: vectors?.[at] ?? null,
      }));
      for (let tried = 1; ; tried += 1) {
        signal.throwIfAborted();
        try {
          await rooms.addDocument(owner.meetingId, owner.id, pieces);
          return;
        } catch (error) {
          if (!(error instanceof AppError && error.retryable) || tried >= documentLimits.maxRoomTries) throw error;
          const waitMs = Math.min(error.retryAfterMs ?? documentLimits.roomWaitMs, documentLimits.maxRoomWaitMs);
          await sleepFor(waitMs, undefined, { signal });
        }
      }
    },
  };
}

export type RoomWriter = ReturnType<typeof createRoomWriter>;

import { setTimeout as sleep } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import pLimit from 'p-limit';
import type { Logger } from 'pino';
import type { SharedRooms } from '../../adapters/rooms/index.ts';
import { AppError } from '../../errors.ts';
import type { RoomsService } from '../rooms/index.ts';
import { sharingLimits } from './limits.ts';
import type { Ownership } from './ownership.ts';
import type { SharingRepository } from './repository.ts';

interface PuttingOptions {
  copies: SharedRooms;
  ownership: Pick<Ownership, 'held' | 'take' | 'release'>;
  repository: SharingRepository;
  rooms: Pick<RoomsService, 'packed'>;
  /** Where this instance is reached. */
  home: string;
  log: Logger;
}

export type Putting = ReturnType<typeof createPutting>;

/**
 * Keeps the copies of this instance's meetings in step with their files. What Redis has no room for lives on here alone, and is
 * tried again with the room's next change.
 */
export function createPutting({ copies, ownership, repository, rooms, home, log }: PuttingOptions) {
  const stop = new AbortController();
  /** Meetings that wait, and the work that is under way. */
  const pending = new Set<string>();
  const work = new Set<Promise<void>>();
  /** Meetings that were deleted while the copies were out of reach. */
  const toRemove = new Set<string>();
  const inTurn = pLimit(sharingLimits.putsAtOnce);
  let refused = 0;

  async function put(meetingId: string): Promise<void> {
    const meeting = await repository.meeting(meetingId);
    const room = meeting && (await rooms.packed(meetingId));
    if (!meeting || !room) return;
    const { packed, passages, model, transcriptSeq } = room;
    const known = await copies.describe(meetingId);
    const documents = await repository.documentNames(meetingId);
    const isSame =
      known?.checksum === crc32(packed) &&
      known.home === home &&
      known.title === meeting.title &&
      known.transcriptSeq === transcriptSeq &&
      JSON.stringify(known.documents) === JSON.stringify(documents);
    if (isSame) return;
    const lease = ownership.held(meetingId) ?? (await ownership.take(meetingId));
    const { workspaceId, title } = meeting;
    await copies.put(lease, { workspaceId, title, model, passages, documents, transcriptSeq, home }, packed);
  }

  async function putSafely(meetingId: string): Promise<void> {
    try {
      await put(meetingId).catch(async (error: unknown) => {
        // The lease was lost unnoticed; what changed here counts, so it is taken again.
        if (!(error instanceof AppError) || error.code !== 'CONFLICT') throw error;
        await ownership.take(meetingId);
        await put(meetingId);
      });
    } catch (error) {
      refused += 1;
      const code = error instanceof AppError ? error.code : undefined;
      log.warn({ err: error, code, meetingId }, 'a room could not be shared and is on this instance alone');
    }
  }

  async function putSoon(meetingId: string): Promise<void> {
    await sleep(sharingLimits.putDelayMs, undefined, { signal: stop.signal, ref: false }).catch(() => {});
    await inTurn(() => {
      // A change from now on makes another one.
      pending.delete(meetingId);
      return putSafely(meetingId);
    });
  }

  async function remove(meetingId: string): Promise<void> {
    const lease = await ownership.take(meetingId);
    await copies.remove(lease);
    await ownership.release(lease);
    toRemove.delete(meetingId);
  }

  return {
    refused: (): number => refused,

    /** Soon; several in a row are one. */
    later(meetingId: string): void {
      if (pending.has(meetingId) || stop.signal.aborted) return;
      if (pending.size >= sharingLimits.maxPending) return void (refused += 1);
      pending.add(meetingId);
      const put = putSoon(meetingId).finally(() => work.delete(put));
      work.add(put);
    },

    /** The copy of a meeting that is deleted goes, now or once the copies can be reached. */
    async remove(meetingId: string): Promise<void> {
      toRemove.add(meetingId);
      for (const oldest of toRemove) {
        if (toRemove.size <= sharingLimits.maxPending) break;
        toRemove.delete(oldest);
      }
      await remove(meetingId).catch((error: unknown) => {
        log.warn({ err: error, meetingId }, 'the shared copy of a deleted meeting could not be removed yet');
      });
    },

    /** Tries again what could not be removed. Rejects where it still can't. */
    async removeAgain(): Promise<void> {
      for (const meetingId of toRemove) await remove(meetingId);
    },

    /** Puts what waits. */
    async close(): Promise<void> {
      stop.abort();
      await Promise.allSettled(work);
    },
  };
}

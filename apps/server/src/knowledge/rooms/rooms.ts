import { setTimeout as sleep } from 'node:timers/promises';
import type { Reservation, Response } from '@hansard/headroom';
import type { Logger } from 'pino';
import type { Database } from '../../adapters/database/index.ts';
import type { SharedRooms, StoredRoomMeta } from '../../adapters/rooms/index.ts';
import { AppError } from '../../errors.ts';
import type { Embeddings, Rooms } from '../contract.ts';
import { createRoomIndexes, type RoomIndexes } from '../room-index/index.ts';
import { createActivation, projectedBytes } from './activation.ts';
import { roomsLimits } from './limits.ts';
import { createRepository } from './repository.ts';
import { createResidency } from './residency.ts';
import { bytesOf, inTurn, notIndexed, type Room } from './room.ts';
import { createRoomFiles } from './room-files.ts';
import { createSoonVectors } from './soon-vectors.ts';
import { createTranscriptKeeper, type ReadTranscript } from './transcript-keeper.ts';
import { createRoomWriter } from './writer.ts';

export interface RoomsOptions {
  /** Rooms' files lie under it. */
  dir: string;
  database: Database;
  embeddings: Embeddings;
  readTranscript: ReadTranscript;
  /** A live meeting's room is never evicted. */
  isLive: (meetingId: string) => boolean;
  /** For all rooms together. */
  budgetBytes: number;
  /** Promises memory beside the heap, or throws a `MemoryPressureError`. */
  reserve: (bytes: number) => Reservation;
  /** Of a number in a packed vector. */
  bits?: 4 | 8;
  log: Logger;
  indexes?: RoomIndexes;
  /** How long a cold room took. */
  onActivated?: (ms: number) => void;
  /** Rooms of meetings that are in another instance's database. */
  copies?: Pick<SharedRooms, 'describe' | 'get'>;
  /** A room's file is another than before. */
  onSaved?: (meetingId: string) => void;
  now?: () => number;
  debounceMs?: number;
  maxTranscriptPassages?: number;
}

/** A room's file as it is in memory, and what its row says of it. */
export interface PackedRoom {
  packed: Uint8Array;
  passages: number;
  model: string;
  transcriptSeq: number;
}

export interface RoomsService extends Rooms {
  isResident(meetingId: string): boolean;
  /** What a room was read from that is a copy, brought into memory for it; null for a meeting of one's own. */
  copyOf(meetingId: string): Promise<StoredRoomMeta | null>;
  /** A copy in memory goes, unless it is of this generation. */
  forgetCopy(meetingId: string, unless: string): Promise<void>;
  /** What the room's file holds; null where there is none. Rejects where it is just being replaced. */
  packed(meetingId: string): Promise<PackedRoom | null>;
  /** What rooms give when memory is short. */
  response: Response;
  /** Lines were written, edited or deleted: rooms in memory take them in, in a while. */
  onSegments(
    segments: readonly {
      meetingId: string;
      text: string;
      edited?: boolean | undefined;
      deleted?: boolean | undefined;
    }[],
  ): void;
  /** What was said and never finished counts from now on. */
  onMeetingEnded(meetingId: string): Promise<void>;
  /** Deletes files of meetings that are no more; gives how many. */
  sweep(): Promise<number>;
  /** Ends what is under way and writes what is in memory alone. */
  close(): Promise<void>;
}

export function createRooms(options: RoomsOptions): RoomsService {
  const { dir, database, embeddings, readTranscript, isLive, budgetBytes, reserve, log } = options;
  const { bits = 4, indexes = createRoomIndexes(), onActivated = () => {}, now = Date.now } = options;
  const { copies = null, onSaved = () => {} } = options;
  const { debounceMs = roomsLimits.transcriptDebounceMs, maxTranscriptPassages } = options;
  const stop = new AbortController();
  const { signal } = stop;
  const repository = createRepository(database);
  const files = createRoomFiles(dir);
  const writer = createRoomWriter(repository, onSaved);
  const vectors = createSoonVectors({ embeddings, signal, retryMs: roomsLimits.embedRetryMs, log, now });
  const activation = createActivation({ repository, indexes, files, vectors, writer, bits, copies, log });
  const keeper = createTranscriptKeeper({
    repository,
    readTranscript,
    vectors,
    writer,
    onLateVectors: (meetingId) => void tidy(meetingId),
    ...(maxTranscriptPassages !== undefined && { maxPassages: maxTranscriptPassages }),
  });
  const residency = createResidency<Room>({
    budgetBytes,
    maxResident: roomsLimits.maxResident,
    reserve,
    load: activation.load,
    save: (room) => inTurn(room, () => writer.commit(room)),
    bytesOf,
    isLive,
    onActivated,
    log,
    now,
  });
  async function tidy(meetingId: string): Promise<void> {
    try {
      await residency.whileResident(meetingId, (room) => inTurn(room, () => keeper.catchUp(room, { tidy: true })));
    } catch (error) {
      log.warn({ err: error, meetingId }, 'a transcript could not be brought into its room');
    }
  }

  async function tidySoon(meetingId: string): Promise<void> {
    await sleep(debounceMs, undefined, { signal, ref: false }).catch(() => {});
    if (!signal.aborted) await tidy(meetingId);
  }

  return {
    async addDocument(meetingId, documentId, passages) {
      await residency.use(meetingId, (room, grow) =>
        inTurn(room, async () => {
          const textBytes = passages.reduce((sum, { text, heading }) => sum + text.length + heading.length, 0);
          await grow(projectedBytes(passages.length, textBytes, room.index.shape.dims));
          await room.index.remove(documentId);
          await writer.append(
            room,
            passages.map((passage) => ({ ...passage, source: documentId })),
          );
          await writer.commit(room);
          // A document that is written again in a room of another model: all have vectors of the new one by now.
          if (activation.isOutdated(room)) await activation.renew(room);
        }),
      );
    },

    async removeDocument(meetingId, documentId) {
      try {
        await residency.use(meetingId, (room) =>
          inTurn(room, async () => {
            await room.index.remove(documentId);
            await writer.commit(room);
          }),
        );
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'ROOMS_FULL') throw error;
        // What is deleted goes now. The rest is made anew from its rows once there is room.
        await repository.forgetRoom(meetingId);
        await files.remove(meetingId);
      }
    },

    async drop(meetingId) {
      const room = await residency.drop(meetingId);
      if (room) {
        room.isDropped = true;
        await room.turn;
      }
      await repository.forgetRoom(meetingId);
      await files.remove(meetingId);
    },

    search: (meetingId, question) =>
      residency.use(meetingId, async (room) => {
        // Begun in the room's turn: a change that comes next finds it upon the passages of now.
        const { found } = await inTurn(room, async () => {
          const caughtUp = room.copy ? Promise.resolve() : keeper.catchUp(room, { tidy: false });
          await caughtUp.catch((error: unknown) => {
            if (error instanceof AppError && error.code === 'NOT_FOUND') throw error;
            log.warn({ err: error, meetingId }, 'a question goes to a room without the last lines of its transcript');
          });
          const isComparable = room.model === vectors.model && question.vector?.length === room.index.shape.dims;
          return { found: room.index.search(isComparable ? question : { ...question, vector: null }) };
        });
        return found;
      }),

    isResident: (meetingId) => residency.peek(meetingId) !== undefined,
    copyOf: (meetingId) => residency.use(meetingId, async ({ copy }) => copy),

    async forgetCopy(meetingId, unless) {
      const copy = residency.peek(meetingId)?.copy;
      if (copy && copy.generation !== unless) await residency.drop(meetingId);
    },

    async packed(meetingId) {
      const row = await repository.room(meetingId);
      if (!row) return null;
      const { savedBytes, passages, model, transcriptSeq } = row;
      const packed = await indexes.pack(files.pathOf(meetingId), savedBytes);
      return { packed, passages, model, transcriptSeq };
    },

    resident: () =>
      Array.from(residency.residents(), (resident) => ({
        meetingId: resident.meetingId,
        bytes: bytesOf(resident.room),
        passages: resident.room.index.passages,
        lastUsedAt: resident.lastUsedAt,
        isPinned: residency.isPinned(resident),
      })),
    evict: residency.evict,
    stats: residency.stats,
    response: residency.response,

    onSegments(segments) {
      const { transcriptPassageBytes } = roomsLimits;
      for (const { meetingId, text, edited, deleted } of segments) {
        const room = residency.peek(meetingId);
        if (!room) continue;
        const before = room.pendingBytes;
        room.pendingBytes += edited || deleted ? transcriptPassageBytes : text.length;
        if (before < transcriptPassageBytes && room.pendingBytes >= transcriptPassageBytes) void tidySoon(meetingId);
      }
    },

    async onMeetingEnded(meetingId) {
      await repository.setTranscriptSeq(meetingId, notIndexed);
      await residency.whileResident(meetingId, (room) =>
        inTurn(room, async () => {
          room.transcriptLines = null;
          room.transcriptSeq = notIndexed;
        }),
      );
      await tidy(meetingId);
    },

    async sweep() {
      let deleted = 0;
      for await (const meetingIds of files.list()) {
        const existing = await repository.existing(meetingIds);
        for (const meetingId of meetingIds) {
          if (existing.has(meetingId) || residency.peek(meetingId)) continue;
          await files.remove(meetingId);
          deleted += 1;
        }
      }
      return deleted;
    },

    async close() {
      stop.abort();
      await residency.saveAll();
    },
  };
}

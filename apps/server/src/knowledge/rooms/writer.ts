import { transcriptSource } from '../contract.ts';
import type { NewPassage } from '../room-index/index.ts';
import { roomsLimits } from './limits.ts';
import type { RoomsRepository } from './repository.ts';
import { notIndexed, type Room } from './room.ts';

export type RoomWriter = ReturnType<typeof createRoomWriter>;

/**
 * Changes rooms and keeps the row in step with the file. The file is written first: a crash in between leaves a row that
 * doesn't fit it, and the next activation makes the room anew.
 */
export function createRoomWriter(repository: Pick<RoomsRepository, 'saveRoom'>, onSaved: (meetingId: string) => void) {
  async function commit(room: Room): Promise<void> {
    if (room.isDropped) return;
    const { meetingId, index } = room;
    room.isDirty = false;
    room.unsavedPassages = 0;
    try {
      await index.save();
      room.savedBytes = index.savedBytes;
      // An empty room that was never written has no file.
      if (index.savedBytes === 0) return;
      await repository.saveRoom({
        meetingId,
        savedBytes: index.savedBytes,
        passages: index.passages,
        // What lacks vectors is made anew with them.
        model: room.lacksDocumentVectors ? '' : room.model,
        transcriptSeq: room.lacksTranscriptVectors ? notIndexed : room.transcriptSeq,
      });
      onSaved(meetingId);
    } catch (error) {
      room.isDirty = true;
      throw error;
    }
  }

  /** Written once enough has gathered, and where the index has written by itself. */
  async function changed(room: Room): Promise<void> {
    room.isDirty = true;
    const isBehind = room.index.savedBytes !== room.savedBytes;
    if (isBehind || room.unsavedPassages >= roomsLimits.maxUnsavedPassages) await commit(room);
  }

  return {
    commit,

    /**
     * In memory; the file follows. Vectors of another length than the room's are left out. `progress` is what the room has
     * come to with these passages.
     */
    async append(room: Room, passages: readonly NewPassage[], progress: Partial<Room> = {}): Promise<void> {
      const { dims } = room.index.shape;
      await room.index.append(
        passages.map((passage) =>
          passage.vector && passage.vector.length !== dims ? { ...passage, vector: null } : passage,
        ),
      );
      Object.assign(room, progress);
      room.unsavedPassages += passages.length;
      await changed(room);
    },

    async removeTranscript(room: Room): Promise<void> {
      if (room.transcriptPassages > 0) await room.index.remove(transcriptSource);
      Object.assign(room, { transcriptPassages: 0, shortPassages: 0, transcriptLines: 0, transcriptSeq: notIndexed });
      room.isDirty = true;
    },
  };
}

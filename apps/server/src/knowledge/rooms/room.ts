import type { StoredRoomMeta } from '../../adapters/rooms/index.ts';
import { AppError } from '../../errors.ts';
import type { RoomIndex } from '../room-index/index.ts';

/** The transcript's revision of a room whose lines are to be read anew. */
export const notIndexed = -1;

/** A room in memory: a record, since there are thousands. */
export interface Room {
  readonly meetingId: string;
  index: RoomIndex;
  /** The ID of the model of its vectors; `''` for a room without. */
  model: string;
  /** Lines up to this revision of the transcript are in it. */
  transcriptSeq: number;
  /** How many lines those are; null where it isn't known: then they are made anew once something has changed. */
  transcriptLines: number | null;
  transcriptPassages: number;
  shortPassages: number;
  /** Some passages have no vector and should: of the transcript, of documents. */
  lacksTranscriptVectors: boolean;
  lacksDocumentVectors: boolean;
  /** New text of the transcript that nobody has asked for yet. */
  pendingBytes: number;
  /** Passages in memory alone. */
  unsavedPassages: number;
  /** What the row says of the file; the index may have written it since. */
  savedBytes: number;
  isDirty: boolean;
  /** Its meeting is deleted: nothing of it is written any more. */
  isDropped: boolean;
  /** What it was read from, where its meeting is in another instance's database: it is searched, never changed. */
  copy: StoredRoomMeta | null;
  /** The end of the last change. */
  turn: Promise<unknown>;
}

/** What else V8 holds for a room: 5.6 KB in all were measured, of which the index accounts for its own. */
const recordBytes = 4096;

export function createRoom(meetingId: string, index: RoomIndex, model: string): Room {
  return {
    meetingId,
    index,
    model,
    transcriptSeq: notIndexed,
    transcriptLines: 0,
    transcriptPassages: 0,
    shortPassages: 0,
    lacksTranscriptVectors: false,
    lacksDocumentVectors: false,
    pendingBytes: 0,
    unsavedPassages: 0,
    savedBytes: 0,
    isDirty: false,
    isDropped: false,
    copy: null,
    turn: Promise.resolve(),
  };
}

/** Bytes that opening a file of so many packed bytes takes. */
export function residentBytes(indexBytes: number): number {
  return indexBytes + recordBytes;
}

export function bytesOf({ index }: Room): number {
  return residentBytes(index.bytes);
}

/** Changes of a room come one after another. */
export function inTurn<T>(room: Room, change: () => Promise<T>): Promise<T> {
  const done = room.turn.then(change);
  const forget = (): void => {};
  // Not what came of it: a room would hold on to the last answer.
  room.turn = done.then(forget, forget);
  return done;
}

export function noSuchMeeting(): AppError {
  return new AppError('NOT_FOUND', 'There is no such meeting.');
}

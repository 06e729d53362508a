import type { Logger } from 'pino';
import type { RoomRow } from '../../adapters/database/index.ts';
import type { SharedRooms } from '../../adapters/rooms/index.ts';
import { AppError } from '../../errors.ts';
import { transcriptSource } from '../contract.ts';
import { embeddedText } from '../embeddings/index.ts';
import type { NewPassage, RoomIndex, RoomIndexes } from '../room-index/index.ts';
import { roomsLimits } from './limits.ts';
import type { IndexedDocument, RoomsRepository } from './repository.ts';
import { createRoom, noSuchMeeting, notIndexed, residentBytes, type Room } from './room.ts';
import type { RoomFiles } from './room-files.ts';
import type { SoonVectors } from './soon-vectors.ts';
import type { RoomWriter } from './writer.ts';

export interface ActivationOptions {
  repository: RoomsRepository;
  indexes: RoomIndexes;
  files: RoomFiles;
  vectors: SoonVectors;
  writer: RoomWriter;
  /** Of a number in a packed vector. */
  bits: 4 | 8;
  /** Rooms of meetings that are in another instance's database; null where nothing is shared. */
  copies: Pick<SharedRooms, 'describe' | 'get'> | null;
  log: Logger;
}

export type Activation = ReturnType<typeof createActivation>;
type Admit = (bytes: number) => Promise<void>;

/** What a passage takes beside its vector and its text: lengths, steps, its share of the directory. */
const passageOverheadBytes = 64;

/** What so many passages take at most while they are packed: their 32-bit vectors are there too. */
export function projectedBytes(passages: number, textBytes: number, dims: number): number {
  return passages * (dims * 5 + passageOverheadBytes) + 2 * textBytes;
}

/** Brings rooms into memory: from their file where it fits what the database says, else from the rows. */
export function createActivation(options: ActivationOptions) {
  const { repository, indexes, files, vectors, writer, bits, copies, log } = options;

  /** Null where the file is not that of the row. */
  async function open(row: RoomRow): Promise<Room | null> {
    const { meetingId, savedBytes, passages, model, transcriptSeq } = row;
    try {
      const index = await indexes.open(files.pathOf(meetingId), savedBytes);
      if (index.passages !== passages)
        throw new AppError('STORAGE_FAILED', 'The room has other passages than its row.');
      return Object.assign(createRoom(meetingId, index, model), { transcriptSeq, savedBytes });
    } catch (error) {
      log.warn({ err: error, meetingId }, 'a room’s file is damaged or not the latest, and is made anew');
      return null;
    }
  }

  async function read(documents: readonly IndexedDocument[]): Promise<NewPassage[]> {
    const passages: NewPassage[] = [];
    for (const { id } of documents) {
      for (const { page, heading, startAt, endAt, text } of await repository.passages(id)) {
        passages.push({ source: id, page, heading, start: startAt, end: endAt, text, vector: null });
      }
    }
    return passages;
  }

  /** With vectors; null where the model doesn't give them soon. They are in its cache as a rule. */
  async function embedded(passages: readonly NewPassage[]): Promise<NewPassage[] | null> {
    if (vectors.model === '') return null;
    if (passages.length === 0) return [];
    const made = await vectors.within(roomsLimits.rebuildEmbedMs, passages.map(embeddedText), () => {});
    return made && passages.map((passage, index) => ({ ...passage, vector: made[index] ?? null }));
  }

  /** Makes the room hold just the documents that are there: what a crash came between is made good here. */
  async function reconcile(room: Room, admit: Admit): Promise<void> {
    const { meetingId, index } = room;
    const held = sourcesOf(index);
    const documents = await repository.documents(meetingId);
    const known = new Map(documents.map((document) => [document.id, document]));
    room.transcriptPassages = held.get(transcriptSource) ?? 0;
    room.transcriptLines = room.transcriptPassages === 0 ? 0 : null;
    held.delete(transcriptSource);
    const gone = [...held.keys()].filter((id) => {
      const document = known.get(id);
      return !document || (document.isReady && document.passages !== held.get(id));
    });
    const missing = documents.filter(({ id, isReady }) => isReady && (!held.has(id) || gone.includes(id)));
    if (gone.length === 0 && missing.length === 0) return;
    log.info({ meetingId, removed: gone.length, added: missing.length }, 'a room was brought up to its documents');
    for (const id of gone) await index.remove(id);
    await admit(residentBytes(index.bytes) + (await projection(missing, index.shape.dims)));
    const passages = await read(missing);
    const withVectors = room.model === vectors.model ? await embedded(passages) : null;
    room.lacksDocumentVectors = withVectors === null && vectors.model !== '';
    await writer.append(room, withVectors ?? passages);
    await writer.commit(room);
  }

  async function projection(documents: readonly IndexedDocument[], dims: number): Promise<number> {
    const passages = documents.reduce((sum, { passages }) => sum + passages, 0);
    return projectedBytes(passages, await repository.textBytes(documents.map(({ id }) => id)), dims);
  }

  async function create(meetingId: string, model: string): Promise<Room> {
    const path = await files.prepare(meetingId);
    return createRoom(meetingId, indexes.create(path, shapeOf(model)), model);
  }

  function shapeOf(model: string) {
    return model === '' ? { dims: 0, bits: 0 as const } : { dims: vectors.dims, bits };
  }

  /** From the copy that another instance has put. Rejects with `NOT_FOUND` where there is none. */
  async function unpack(meetingId: string, admit: Admit): Promise<Room> {
    const known = await copies?.describe(meetingId);
    if (!known) throw noSuchMeeting();
    await admit(residentBytes(known.bytes));
    const copy = await copies?.get(meetingId);
    if (!copy) throw noSuchMeeting();
    await admit(residentBytes(copy.meta.bytes));
    const room = createRoom(meetingId, indexes.unpack(copy.packed), copy.meta.model);
    return Object.assign(room, { copy: copy.meta, transcriptSeq: copy.meta.transcriptSeq });
  }

  /** From the rows: with vectors if they are to be had soon, else without, until a renewal. */
  async function build(meetingId: string, admit: Admit): Promise<Room> {
    if ((await repository.transcriptSeq(meetingId)) === undefined) return unpack(meetingId, admit);
    const documents = (await repository.documents(meetingId)).filter(({ isReady }) => isReady);
    const dims = shapeOf(vectors.model).dims;
    await admit(residentBytes(2048) + (await projection(documents, dims)));
    const passages = await read(documents);
    const withVectors = await embedded(passages);
    const room = await create(meetingId, withVectors ? vectors.model : '');
    if (passages.length > 0) {
      await writer.append(room, withVectors ?? passages);
      await writer.commit(room);
    }
    return room;
  }

  /** Whether it has no vectors, or another model's, where it could have the present one's. */
  function isOutdated({ model, lacksDocumentVectors }: Room): boolean {
    return vectors.isThere && (model !== vectors.model || lacksDocumentVectors);
  }

  return {
    isOutdated,

    /** For a residency: asks for the bytes of the file, or of what has to be built. */
    async load(meetingId: string, admit: Admit): Promise<Room> {
      const row = await repository.room(meetingId);
      if (row) {
        await admit(residentBytes(row.savedBytes));
        const room = await open(row);
        if (room) await reconcile(room, admit);
        // Without documents there is nothing to keep: what was said is read anew, with vectors of the model of now.
        if (room && !(isOutdated(room) && room.index.passages === room.transcriptPassages)) return room;
      }
      return build(meetingId, admit);
    },

    /**
     * Gives the room the vectors of the model of now, its transcript left out for the next question; in its turn. False, and
     * the room is as it was, where they can't be had soon.
     */
    async renew(room: Room): Promise<boolean> {
      const { meetingId } = room;
      const { model } = vectors;
      const held = sourcesOf(room.index);
      const documents = (await repository.documents(meetingId)).filter(({ id, isReady }) => isReady || held.has(id));
      const passages = await embedded(await read(documents));
      if (!passages) return false;
      const renewed = await create(meetingId, model);
      await renewed.index.append(passages);
      await renewed.index.save();
      Object.assign(room, { index: renewed.index, model, lacksDocumentVectors: false, lacksTranscriptVectors: false });
      Object.assign(room, { transcriptSeq: notIndexed, transcriptLines: 0, transcriptPassages: 0, shortPassages: 0 });
      await writer.commit(room);
      return true;
    },
  };
}

/** How many passages are of which source. */
function sourcesOf(index: RoomIndex): Map<string, number> {
  const sources = new Map<string, number>();
  const rows = Array.from({ length: index.passages }, (_, row) => row);
  for (const { source } of index.read(rows)) sources.set(source, (sources.get(source) ?? 0) + 1);
  return sources;
}

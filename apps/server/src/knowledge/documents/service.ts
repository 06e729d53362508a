import type { DocumentAccepted, DocumentDeleted, MeetingDocument } from '@hansard/protocol';
import { limits } from '@hansard/protocol';
import type { Logger } from 'pino';
import { uuidv7 } from 'uuidv7';
import type { Bus } from '../../adapters/bus/index.ts';
import type { Database, DocumentRow } from '../../adapters/database/index.ts';
import type { Objects } from '../../adapters/objects/index.ts';
import { AppError } from '../../errors.ts';
import { requireRight, type Actor } from '../../identity/index.ts';
import type { ParseDocument, Rooms } from '../contract.ts';
import type { PacedEmbeddings } from '../embeddings/index.ts';
import { documentName } from './document-name.ts';
import { createIncoming, type FileOwner, type ReceivedFile } from './incoming.ts';
import { createLane } from './lane.ts';
import { documentLimits } from './limits.ts';
import { createOriginals, servedAs } from './originals.ts';
import { createProcess } from './process.ts';
import { createReEmbedding } from './re-embedding.ts';
import { createDocumentsRepository } from './repository.ts';
import { createRoomWriter } from './room-writer.ts';
import { findSame } from './same-content.ts';
import { toDocument } from './to-wire.ts';
import { createTurns } from './turns.ts';

export interface DocumentsOptions {
  database: Database;
  objects: Objects;
  bus: Bus;
  parse: ParseDocument;
  embeddings: PacedEmbeddings;
  rooms: Rooms;
  /** For files while they are received and read; emptied at a start. */
  incomingDir: string;
  maxBytes: number;
  parsersAtOnce: number;
  /** Waits until memory bears a parser, and gives how to say that it is over. */
  admitParser?: (signal: AbortSignal) => Promise<() => void>;
  log: Logger;
  now?: () => number;
}

export interface Upload {
  /** As the sender has named it. */
  name: string | undefined;
  content: AsyncIterable<Uint8Array>;
}

/** An original, to be read by ranges of bytes. */
export interface OriginalFile {
  name: string;
  contentType: string;
  /** Whether a browser may show it. */
  isInline: boolean;
  size: number;
  etag: string;
  /** Bytes [start, end). */
  read(start: number, end: number): AsyncIterable<Uint8Array>;
}

export type Documents = ReturnType<typeof createDocuments>;

/** Documents of meetings, from the upload to the room that answers are made from. Their rows are the truth. */
export function createDocuments(options: DocumentsOptions) {
  const { database, objects, bus, embeddings, rooms, incomingDir, maxBytes, parsersAtOnce, log } = options;
  const { admitParser = () => Promise.resolve(() => {}), now = Date.now } = options;
  const repository = createDocumentsRepository(database);
  const originals = createOriginals(objects);
  const incoming = createIncoming({ dir: incomingDir, maxBytes });
  const roomWriter = createRoomWriter(rooms);
  const inTurn = createTurns();
  const storeInTurn = createTurns();
  const publish = (row: DocumentRow): void =>
    bus.publish(row.meetingId, { type: 'document', document: toDocument(row) });
  const process = createProcess({
    ...options,
    repository,
    originals,
    incoming,
    roomWriter,
    inTurn,
    admitParser,
    publish,
    now,
  });
  const embedding = createLane({
    maxAtOnce: documentLimits.maxEmbeddedAtOnce,
    next: (except) => repository.next('embedding', except),
    work: process.finish,
    log,
  });
  const parsing = createLane({
    maxAtOnce: parsersAtOnce,
    next: (except) => repository.next('waiting', except),
    work: (row, signal) => process.parseWaiting(row, signal).finally(embedding.look),
    log,
  });
  const reEmbedding = createReEmbedding({
    repository,
    embeddings,
    roomWriter,
    inTurn,
    publish,
    isBusy: () => parsing.busy || embedding.busy,
    log,
  });
  let stopped = false;

  async function checkMeeting(actor: Actor, meetingId: string): Promise<void> {
    if (!(await repository.hasMeeting(actor.workspaceId, meetingId))) {
      throw new AppError('NOT_FOUND', 'There is no such meeting.');
    }
  }

  async function find(actor: Actor, { meetingId, id }: FileOwner): Promise<DocumentRow> {
    await checkMeeting(actor, meetingId);
    const row = await repository.find(meetingId, id);
    if (!row) throw new AppError('NOT_FOUND', 'There is no such document in this meeting.');
    return row;
  }

  /** Throws where the meeting takes no more, or has the same already. */
  async function checkOthers(meetingId: string, file?: ReceivedFile): Promise<void> {
    const others = await repository.list(meetingId);
    if (others.length >= limits.maxDocumentsPerMeeting) {
      const message = `A meeting may have ${limits.maxDocumentsPerMeeting} documents. Delete one first.`;
      throw new AppError('CONFLICT', message);
    }
    const same = file && (await findSame(others, file, originals));
    if (same) throw new AppError('CONFLICT', `This file is in the meeting already, as “${same.name}”.`);
  }

  /** What is received lies apart until its row is there, so that a crash leaves nothing that nobody knows of. */
  async function receive(actor: Actor, owner: FileOwner, { name, content }: Upload): Promise<DocumentRow> {
    try {
      const file = await incoming.receive(owner, content);
      if (file.bytes === 0) throw new AppError('UNREADABLE', 'The file is empty.');
      return await storeInTurn(owner.meetingId, async () => {
        await checkMeeting(actor, owner.meetingId);
        await checkOthers(owner.meetingId, file);
        return store(owner, documentName(name), file);
      });
    } finally {
      await incoming.remove(owner);
    }
  }

  async function store(owner: FileOwner, name: string, file: ReceivedFile): Promise<DocumentRow> {
    const row: DocumentRow = {
      ...owner,
      name,
      kind: null,
      bytes: file.bytes,
      state: 'waiting',
      pages: null,
      passages: 0,
      progressDone: 0,
      progressTotal: null,
      leftOut: null,
      errorCode: null,
      errorMessage: null,
      createdAt: now(),
    };
    await originals.put(owner, incoming.read(owner));
    try {
      await repository.insert(row);
      return row;
    } catch (error) {
      await originals.remove(owner);
      throw error;
    }
  }

  async function abort(id: string): Promise<void> {
    await parsing.abort(id);
    await embedding.abort(id);
  }

  async function clearMeeting(meetingId: string): Promise<void> {
    await parsing.abortAllOf(meetingId);
    await embedding.abortAllOf(meetingId);
    await inTurn(meetingId, async () => {
      await rooms.drop(meetingId);
      await originals.removeAllOf(meetingId);
    });
  }

  const stopListening = bus.subscribe((meetingId, { type }) => {
    if (type !== 'meeting:deleted') return;
    // What came in while the meeting was being deleted.
    clearMeeting(meetingId).catch((error: unknown) =>
      log.error({ err: error, meetingId }, 'documents of a deleted meeting could not be removed'),
    );
  });

  return {
    /**
     * Takes a file in and reads it in the background. Rejects with `NOT_FOUND`, `TOO_LARGE`, `UNREADABLE` for an empty one,
     * `CONFLICT` where the meeting has the same or as many as it may, `STORAGE_FULL`, or the content's own error.
     */
    async add(actor: Actor, meetingId: string, { name, content }: Upload): Promise<DocumentAccepted> {
      requireRight(actor, 'write');
      if (stopped) throw new AppError('DRAINING', 'The server is being stopped.');
      await checkMeeting(actor, meetingId);
      await checkOthers(meetingId);
      const row = await receive(actor, { meetingId, id: uuidv7() }, { name, content });
      publish(row);
      parsing.look();
      return { id: row.id, state: row.state };
    },

    /** In the order in which they were added. */
    async list(actor: Actor, meetingId: string): Promise<MeetingDocument[]> {
      requireRight(actor, 'read');
      await checkMeeting(actor, meetingId);
      return (await repository.list(meetingId)).map(toDocument);
    },

    /** Ends the reading; one that has ended by itself is given as it is. */
    async cancel(actor: Actor, owner: FileOwner): Promise<MeetingDocument> {
      requireRight(actor, 'write');
      const { id } = await find(actor, owner);
      await abort(id);
      const row = await find(actor, owner);
      const given = await process.giveUp(row, { state: 'cancelled', errorCode: null, errorMessage: null });
      return toDocument(given ?? (await find(actor, owner)));
    },

    /** Removes it from the meeting, whatever its state: file, passages, and what answers are made from. */
    async delete(actor: Actor, owner: FileOwner): Promise<DocumentDeleted> {
      requireRight(actor, 'write');
      const { id, meetingId } = await find(actor, owner);
      await abort(id);
      return inTurn(meetingId, async () => {
        const row = await find(actor, owner);
        // The row after the file: what a crash leaves can be deleted again.
        await originals.remove(owner);
        await repository.delete(id);
        bus.publish(meetingId, { type: 'document:deleted', meetingId, documentId: id });
        if (row.passages > 0) await process.takeOut(row);
        return { deleted: { documents: 1, passages: row.passages, bytes: row.bytes } };
      });
    },

    /** The file as it was sent. Rejects with `NOT_FOUND` also where it wasn't kept. */
    async original(actor: Actor, owner: FileOwner): Promise<OriginalFile> {
      requireRight(actor, 'read');
      const { id, name, kind } = await find(actor, owner);
      const size = await originals.size(owner);
      if (size === null) throw new AppError('NOT_FOUND', 'The file was not kept, since it was not read to its end.');
      return {
        name,
        ...servedAs(kind),
        size,
        etag: `"${id}"`,
        read: (start, end) => originals.read(owner, start, end),
      };
    },

    /** Call before a meeting's rows go: its documents' files and room go, and nothing of them is read any more. */
    async onMeetingDeleted(meetingId: string): Promise<void> {
      await repository.cancelAll(meetingId);
      await clearMeeting(meetingId);
    },

    /** Takes up what an earlier process left. */
    async recover(): Promise<void> {
      for (const owner of await incoming.clear()) {
        // Received, and perhaps stored, but never accepted.
        if (!(await repository.find(owner.meetingId, owner.id))) await originals.remove(owner);
      }
      const count = await repository.requeue();
      if (count > 0) log.info({ documents: count }, 'documents are taken up again');
      parsing.look();
      embedding.look();
      reEmbedding.start();
    },

    /** Ends what is under way; the next start takes it up. */
    async stop(): Promise<void> {
      stopped = true;
      stopListening();
      await reEmbedding.stop();
      await parsing.stop();
      await embedding.stop();
    },
  };
}

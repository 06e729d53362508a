import type { Logger } from 'pino';
import type { DocumentRow } from '../../adapters/database/index.ts';
import { EngineError } from '../../adapters/models/transcribe/index.ts';
import { AppError } from '../../errors.ts';
import type { ParseDocument, ParsedDocument, Rooms } from '../contract.ts';
import type { PacedEmbeddings } from '../embeddings/index.ts';
import { chooseEvenly } from './choose-evenly.ts';
import type { Incoming } from './incoming.ts';
import { leftOutOrNull, type LeftOut } from './left-out.ts';
import { documentLimits } from './limits.ts';
import type { Originals } from './originals.ts';
import { createProgress } from './progress.ts';
import type { DocumentsRepository } from './repository.ts';
import type { RoomWriter } from './room-writer.ts';
import type { InTurn } from './turns.ts';

interface ProcessOptions {
  repository: DocumentsRepository;
  originals: Originals;
  incoming: Incoming;
  parse: ParseDocument;
  embeddings: PacedEmbeddings;
  rooms: Rooms;
  roomWriter: RoomWriter;
  /** What changes a meeting's room, one after the other. */
  inTurn: InTurn;
  /** Waits until memory bears a parser, and gives how to say that it is over. */
  admitParser: (signal: AbortSignal) => Promise<() => void>;
  publish: (row: DocumentRow) => void;
  now: () => number;
  log: Logger;
}

/**
 * The way of a document: parsed to passages, which are written as one, then given vectors, then put into the room. Each
 * step ends with the row in another state; whatever a crash cuts off is begun again from the row.
 */
export function createProcess(options: ProcessOptions) {
  const { repository, originals, incoming, parse, embeddings, rooms, roomWriter, inTurn, admitParser, publish, log } =
    options;
  const progressOf = createProgress(options);

  /** The row has changed so; false where the document was ended meanwhile. */
  function tell(row: DocumentRow | undefined): row is DocumentRow {
    if (row) publish(row);
    return row !== undefined;
  }

  async function read(row: DocumentRow, signal: AbortSignal): Promise<ParsedDocument> {
    const onProgress = progressOf(row.id, 'parsing');
    try {
      const { path } = await incoming.receive(row, originals.read(row));
      return await parse(path, { signal, onProgress: ({ done, total }) => onProgress(done, total) });
    } finally {
      await incoming.remove(row);
    }
  }

  /** Writes what was read, as much as the meeting's room may hold. Undefined where the document was ended meanwhile. */
  async function keep(row: DocumentRow, parsed: ParsedDocument): Promise<DocumentRow | undefined> {
    if (parsed.passages.length === 0) {
      throw new AppError('UNREADABLE', 'There is no text in this file. A scan must be made into text first (OCR).');
    }
    const room = documentLimits.maxPassagesPerMeeting - (await repository.passagesBeside(row));
    if (room <= 0) {
      const most = documentLimits.maxPassagesPerMeeting.toLocaleString('en-GB');
      const message = `The meeting’s documents have ${most} passages, which is the most. Delete one and add this again.`;
      throw new AppError('TOO_LARGE', message);
    }
    const chosen = chooseEvenly(parsed.passages, room);
    const passages = chosen.map(({ page, heading, start, end, text }, ordinal) => ({
      documentId: row.id,
      meetingId: row.meetingId,
      ordinal,
      page,
      heading,
      startAt: start,
      endAt: end,
      text,
    }));
    const leftOut = leftOutOrNull({
      passages: Math.max(0, parsed.found - chosen.length),
      pages: parsed.pagesLeftOut,
      meetingFull: chosen.length < parsed.passages.length,
      withoutVectors: false,
    });
    return repository.take(row.id, passages, {
      kind: parsed.kind,
      pages: parsed.pages,
      leftOut: leftOut && JSON.stringify(leftOut),
      state: 'embedding',
      progressDone: 0,
      progressTotal: passages.length,
    });
  }

  /** From `waiting`: parses, and writes the passages. */
  async function parseWaiting(row: DocumentRow, signal: AbortSignal): Promise<void> {
    let letGo = (): void => {};
    try {
      letGo = await admitParser(signal);
      if (!tell(await repository.update(row.id, { state: 'parsing' }))) return;
      const parsed = await read(row, signal);
      await inTurn(row.meetingId, async () => {
        signal.throwIfAborted();
        const kept = await keep(row, parsed);
        // Without a model there is nothing to tell of vectors: the next that viewers hear is that it is ready.
        if (kept && embeddings.model) publish(kept);
      });
    } catch (error) {
      await fail(row, error, signal);
    } finally {
      letGo();
    }
  }

  /** From `embedding`: vectors, where a model gives them, and the room. */
  async function finish(row: DocumentRow, signal: AbortSignal): Promise<void> {
    try {
      const passages = await repository.passagesOf(row.id);
      const onProgress = progressOf(row.id, 'embedding');
      const vectors = embeddings.model
        ? await roomWriter
            .vectorsOf(embeddings, passages, { signal, onProgress: (done) => onProgress(done, passages.length) })
            .catch((error: unknown) => {
              signal.throwIfAborted();
              if (!(error instanceof EngineError)) throw error;
              log.warn({ err: error, documentId: row.id }, 'a document is found by its words alone for now');
              return null;
            })
        : null;
      await inTurn(row.meetingId, async () => {
        await roomWriter.write(row, { passages, vectors }, signal);
        signal.throwIfAborted();
        const nothing: LeftOut = { passages: 0, pages: 0, meetingFull: false, withoutVectors: false };
        const leftOut = leftOutOrNull({
          ...(row.leftOut === null ? nothing : (JSON.parse(row.leftOut) as LeftOut)),
          withoutVectors: embeddings.model !== null && vectors === null,
        });
        const done = {
          state: 'ready',
          leftOut: leftOut && JSON.stringify(leftOut),
          progressDone: passages.length,
          progressTotal: passages.length,
        } as const;
        tell(await repository.update(row.id, done));
      });
    } catch (error) {
      await fail(row, error, signal);
    }
  }

  /** Whoever ends the signal says what becomes of the document. */
  async function fail(row: DocumentRow, error: unknown, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const known = error instanceof AppError ? error : null;
    if (!known || known.statusCode >= 500) log.error({ err: error, documentId: row.id }, 'a document failed');
    else log.info({ documentId: row.id, code: known.code }, 'a document can’t be read');
    await giveUp(row, {
      state: 'failed',
      errorCode: known?.code ?? 'INTERNAL',
      errorMessage: known?.message ?? 'Reading this file went wrong; the server’s log has the detail.',
    });
  }

  /** A document whose passages' rows are gone. A room that can't be had now finds that out when it is. */
  async function takeOut({ meetingId, id }: DocumentRow): Promise<void> {
    await rooms.removeDocument(meetingId, id).catch((error: unknown) => {
      log.warn({ err: error, documentId: id }, 'a room still has a document until it is used again');
    });
  }

  /** Ends a document that is under way, such that nothing but its row is left. Undefined where it has ended by itself. */
  function giveUp(
    row: DocumentRow,
    end: Pick<DocumentRow, 'state' | 'errorCode' | 'errorMessage'>,
  ): Promise<DocumentRow | undefined> {
    return inTurn(row.meetingId, async () => {
      const given = await repository.giveUp(row.id, end);
      if (!given) return undefined;
      if (row.state === 'embedding') await takeOut(row);
      await originals.remove(row);
      publish(given);
      return given;
    });
  }

  return { parseWaiting, finish, giveUp, takeOut };
}

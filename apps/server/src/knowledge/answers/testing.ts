import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { openSqlite, type Database } from '../../adapters/database/index.ts';
import { meetingRow, segmentRow } from '../../adapters/database/testing.ts';
import type { TextEngine } from '../../adapters/models/generate/index.ts';
import { AppError } from '../../errors.ts';
import { transcriptSource } from '../contract.ts';
import { createRoomIndexes, type Question, type RoomIndex } from '../room-index/index.ts';
import { createAnswers, type Answers, type AnswersOptions } from './service.ts';
import type { Source } from './sources.ts';

export const silentLog = pino({ level: 'silent' });

export interface World {
  database: Database;
  answers: Answers;
  /** Questions that the rooms were asked. */
  searched: { meetingId: string; question: Question }[];
  addMeeting(meeting: NewMeeting): Promise<void>;
}

interface NewMeeting {
  id: string;
  title?: string;
  workspaceId?: string;
  /** By its file's name, the passages: `page | heading | text`. */
  documents?: Record<string, string[]>;
  /** As `Ana: what she said`, five seconds each. */
  said?: string[];
}

interface WorldOptions {
  engine?: TextEngine | null;
  embedQuestion?: AnswersOptions['embedQuestion'];
  log?: AnswersOptions['log'];
}

/** Answers over a real database in memory and real rooms, whose passages are put in by hand. */
export function world({
  engine = null,
  embedQuestion = () => Promise.resolve(null),
  log = silentLog,
}: WorldOptions = {}): World {
  const database = openSqlite(':memory:');
  const indexes = createRoomIndexes();
  const rooms = new Map<string, RoomIndex>();
  const searched: World['searched'] = [];
  const answers = createAnswers({
    database,
    engine,
    embedQuestion,
    log,
    search: async (meetingId, question) => {
      searched.push({ meetingId, question });
      const room = rooms.get(meetingId);
      if (!room) throw new AppError('ROOMS_FULL', 'There is no room for the room.');
      return room.search({ ...question, vector: null });
    },
  });
  return {
    database,
    answers,
    searched,
    async addMeeting({ id, title = `Meeting ${id}`, workspaceId = 'default', documents = {}, said = [] }) {
      const path = join(mkdtempSync(join(tmpdir(), 'answers-')), 'room');
      const room = indexes.create(path, { dims: 0, bits: 0 });
      rooms.set(id, room);
      await database
        .insertInto('meetings')
        .values(meetingRow(id, { title, workspaceId, state: 'done' }))
        .execute();
      for (const [name, passages] of Object.entries(documents)) await addDocument(database, room, id, name, passages);
      for (const [index, line] of said.entries()) await addLine(database, room, id, index, line);
    },
  };
}

async function addDocument(database: Database, room: RoomIndex, meetingId: string, name: string, passages: string[]) {
  const documentId = `${meetingId}-${name.replace('.', '-')}`;
  const none = { pages: null, progressTotal: null, leftOut: null, errorCode: null, errorMessage: null };
  await database
    .insertInto('documents')
    .values({
      ...none,
      ...{ id: documentId, meetingId, name, kind: 'text', bytes: 1, state: 'ready', createdAt: 1 },
      ...{ passages: passages.length, progressDone: 0 },
    })
    .execute();
  for (const [ordinal, passage] of passages.entries()) {
    const [page = '0', heading = '', text = ''] = passage.split(' | ');
    const at = { page: Number(page), heading, text };
    await database
      .insertInto('passages')
      .values({ documentId, meetingId, ordinal, startAt: 0, endAt: text.length, ...at })
      .execute();
    await room.append([{ source: documentId, start: 0, end: text.length, vector: null, ...at }]);
  }
}

async function addLine(database: Database, room: RoomIndex, meetingId: string, index: number, line: string) {
  const [speaker = '', text = ''] = line.split(': ');
  const times = { startMs: index * 5000, endMs: index * 5000 + 4900 };
  await database
    .insertInto('segments')
    .values(segmentRow(`${meetingId}-s${index}`, meetingId, index + 1, { speaker, text, ...times }))
    .execute();
  const at = { source: transcriptSource, heading: '', page: 0, start: times.startMs, end: times.endMs };
  await room.append([{ ...at, text: line, vector: null }]);
}

/** A model that writes as told, in pieces of any size; `fail` ends it. */
export function fakeEngine(pieces: readonly string[], fail?: Error): TextEngine & { prompts: string[] } {
  const prompts: string[] = [];
  return {
    name: 'groq',
    model: 'fake',
    prompts,
    async *write({ prompt }, signal) {
      prompts.push(prompt);
      for (const piece of pieces) {
        signal.throwIfAborted();
        yield await Promise.resolve(piece);
      }
      if (fail) throw fail;
    },
  };
}

/** A passage of a document, for tests of what is made of passages. */
export function documentSource(text: string, { page = null as number | null, heading = '' } = {}): Source {
  const document = { id: 'd1', name: 'spec.pdf' };
  return { meetingId: 'm1', meetingTitle: 'Weekly', document, page, heading, lines: [], text };
}

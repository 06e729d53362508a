import { copyFile, link, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createGovernor, createNodeSensors } from '@hansard/headroom';
import { openSqlite } from '@hansard/server/database';
import { createRooms, roomPath, type RoomsOptions } from '@hansard/server/rooms';
import pino from 'pino';
import { dims, type RealPassage } from './real-passages.ts';

/** Where a bench's rooms lie, and how to open them as the server does. */
export interface Fixture {
  dir: string;
  rooms: number;
  /** Rooms that were built; the others are copies of their files. */
  originals: number;
  /** Rooms whose file is their own; the others' are links to an original's, and tell nothing of reading. */
  ownFiles: number;
}

const embeddings: RoomsOptions['embeddings'] = {
  model: { id: 'bench/768', dims },
  ofPassages: () => Promise.reject(new Error('Nothing is embedded here')),
  ofQuestion: () => Promise.resolve(null),
};

export const idOf = (room: number) => `room-${String(room).padStart(6, '0')}`;

export function openRooms(dir: string, options: Partial<RoomsOptions> & Pick<RoomsOptions, 'budgetBytes'>) {
  const log = pino({ level: 'error' });
  const governor = createGovernor({ sensors: createNodeSensors({}), log, alerts: { sinks: [] } }).start();
  const database = openSqlite(join(dir, 'hansard.sqlite'));
  const rooms = createRooms({
    ...{ dir: join(dir, 'rooms'), database, embeddings, log },
    readTranscript: async function* () {},
    isLive: () => false,
    reserve: (bytes) => governor.reserve(bytes, { name: 'rooms', on: 'external', rampMs: 1000 }),
    ...options,
  });
  governor.respond(rooms.response);
  const close = async (): Promise<void> => {
    await rooms.close();
    governor.stop();
    await database.destroy();
  };
  return { rooms, close, governor };
}

/**
 * Rooms of so many passages: some are built as the server builds them, the others are copies of their files with rows of
 * their own, or links to them. Passages of each original begin at another place of the texts.
 */
export async function makeRooms(
  { dir, rooms, originals, ownFiles }: Fixture,
  passages: readonly RealPassage[],
  perRoom: number,
): Promise<void> {
  await mkdir(dir, { recursive: true });
  const opened = openRooms(dir, { budgetBytes: 2 ** 32 });
  const raw = new DatabaseSync(join(dir, 'hansard.sqlite'));
  raw.exec('PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON; BEGIN');
  const meeting = raw.prepare(
    `INSERT INTO meetings (id, workspaceId, title, kind, state, createdAt, startedAt, durationMs, people, seq, hasGaps,
      failedChunks, openChunks, ordinal) VALUES (?, 'w', 'M', 'meeting', 'done', 0, 0, 0, '[]', 0, 0, 0, 0, ?)`,
  );
  const document = raw.prepare(
    `INSERT INTO documents (id, meetingId, name, bytes, state, passages, progressDone, createdAt)
      VALUES (?, ?, 'd', 1, 'ready', ?, 0, 0)`,
  );
  const rows = raw.prepare(
    `WITH RECURSIVE n(at) AS (SELECT 0 UNION ALL SELECT at + 1 FROM n WHERE at + 1 < ?2)
      INSERT INTO passages (documentId, meetingId, ordinal, page, heading, startAt, endAt, text)
      SELECT ?3, ?1, ?4 + at, 0, '', at, at + 1, '' FROM n`,
  );
  for (let room = 0; room < rooms; room += 1) meeting.run(idOf(room), room + 1);
  for (let room = 0; room < originals; room += 1) document.run(`document-${room}`, idOf(room), perRoom);
  raw.exec('COMMIT');
  for (let room = 0; room < originals; room += 1) {
    await opened.rooms.addDocument(idOf(room), `document-${room}`, piecesOf(passages, room, perRoom));
    await opened.rooms.evict(idOf(room));
  }
  raw.exec('BEGIN');
  for (let room = 0; room < rooms; room += 1) {
    rows.run(idOf(room), perRoom, `document-${room % originals}`, Math.floor(room / originals) * perRoom);
  }
  const row = raw.prepare(
    `INSERT INTO rooms SELECT ?2, savedBytes, passages, model, transcriptSeq FROM rooms WHERE meetingId = ?1`,
  );
  for (let room = originals; room < rooms; room += 1) row.run(idOf(room % originals), idOf(room));
  // Without a transcript: the first question has nothing to read.
  raw.exec('UPDATE rooms SET transcriptSeq = 0; COMMIT');
  raw.close();
  const madeDirs = new Set<string>();
  for (let room = originals; room < rooms; room += 1) {
    const [from, to] = [roomPath(join(dir, 'rooms'), idOf(room % originals)), roomPath(join(dir, 'rooms'), idOf(room))];
    if (!madeDirs.has(dirname(to))) await mkdir(dirname(to), { recursive: true });
    madeDirs.add(dirname(to));
    await (room < ownFiles ? copyFile(from, to) : link(from, to));
  }
  await opened.close();
}

/** The passages of an original, with a place in them that no other original has. */
export function piecesOf(passages: readonly RealPassage[], room: number, perRoom: number) {
  const at = room * 37;
  return Array.from({ length: perRoom }, (_, index) => {
    const { text, vector } = passages[(at + index) % passages.length]!;
    return { heading: '', page: 0, start: index, end: index + 1, text, vector };
  });
}

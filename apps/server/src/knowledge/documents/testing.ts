import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MeetingDocument } from '@hansard/protocol';
import pino from 'pino';
import { expect, onTestFinished } from 'vitest';
import { createMemoryBus, type MeetingEvent } from '../../adapters/bus/index.ts';
import { openSqlite, type Database } from '../../adapters/database/index.ts';
import { meetingRow } from '../../adapters/database/testing.ts';
import type { EmbedModel } from '../../adapters/models/embed/index.ts';
import { createFileObjects } from '../../adapters/objects/index.ts';
import { AppError } from '../../errors.ts';
import { ownerActor } from '../../identity/index.ts';
import type { ParseDocument, ParsedDocument, Rooms } from '../contract.ts';
import { createEmbeddings } from '../embeddings/index.ts';
import type { NewPassage } from '../room-index/index.ts';
import { createDocuments, type DocumentsOptions } from './service.ts';

export const testDims = 4;

/** Vectors of a text's length and beginning; `fault` is thrown instead while it is set. */
export function testModel(id = 'test/model/4') {
  const calls: string[][] = [];
  const state: { fault: Error | null; hold: Promise<unknown> } = { fault: null, hold: Promise.resolve() };
  const model: EmbedModel = {
    id,
    name: 'test',
    dims: testDims,
    maxTexts: 10,
    async embed(texts, _, signal) {
      calls.push([...texts]);
      await Promise.race([state.hold, new Promise((resolve) => signal.addEventListener('abort', resolve))]);
      signal.throwIfAborted();
      if (state.fault) throw state.fault;
      return texts.map((text) => Float32Array.of(text.length, text.charCodeAt(0), 1, id.length));
    },
  };
  return { model, calls, state };
}

/** A paragraph is a passage, a line `# …` the heading of those below it. A file that begins with `broken` can't be read. */
export const parseParagraphs: ParseDocument = async (file, { signal, onProgress }) => {
  signal.throwIfAborted();
  const whole = await readFile(file, 'utf8');
  if (whole.startsWith('broken')) throw new AppError('UNREADABLE', 'This file is broken.');
  let heading = '';
  let start = 0;
  const passages: ParsedDocument['passages'] = [];
  for (const text of whole.split('\n\n')) {
    if (text.startsWith('# ')) heading = text.slice(2);
    else passages.push({ page: passages.length + 1, heading, start, end: start + text.length, text });
    start += text.length + 2;
  }
  onProgress({ done: 1, total: 1 });
  const kind = whole.startsWith('%PDF') ? 'pdf' : whole.startsWith('<html') ? 'html' : 'text';
  return { kind, pages: passages.length, passages, found: passages.length, pagesLeftOut: 0 };
};

/** Rooms that remember what they were given. */
export function testRooms() {
  const held = new Map<string, Map<string, readonly Omit<NewPassage, 'source'>[]>>();
  const state: { refusals: AppError[]; dropped: string[] } = { refusals: [], dropped: [] };
  const rooms: Rooms = {
    async addDocument(meetingId, documentId, passages) {
      const refusal = state.refusals.shift();
      if (refusal) throw refusal;
      const room = held.get(meetingId) ?? new Map();
      held.set(meetingId, room.set(documentId, passages));
    },
    async removeDocument(meetingId, documentId) {
      held.get(meetingId)?.delete(documentId);
    },
    async drop(meetingId) {
      state.dropped.push(meetingId);
      held.delete(meetingId);
    },
    search: () => Promise.reject(new Error('not asked for here')),
    resident: () => [],
    evict: () => Promise.resolve(false),
    stats: () => ({ resident: 0, bytes: 0, budgetBytes: 0, hits: 0, activations: 0, evictions: 0, refusals: 0 }),
  };
  return { rooms, held, state };
}

interface StartOptions extends Partial<DocumentsOptions> {
  model?: EmbedModel | null;
  /** Of an earlier process. */
  dir?: string;
}

/** Documents on real files and a database in a folder of their own, with what viewers are told. */
export async function startDocuments({ model = null, dir = tempDir(), ...options }: StartOptions = {}) {
  const database = openSqlite(join(dir, 'test.sqlite'));
  const log = pino({ level: 'silent' });
  const bus = createMemoryBus({
    onListenerError: (error) => {
      throw error;
    },
  });
  const events: MeetingEvent[] = [];
  bus.subscribe((_, event) => events.push(event));
  const { rooms, held, state: roomsState } = testRooms();
  const embeddings = createEmbeddings({ database, model, log, requestsPerMinute: 60_000, maxCacheBytes: 1 << 20 });
  const incomingDir = join(dir, 'incoming');
  const objectsDir = join(dir, 'objects');
  const documents = createDocuments({
    database,
    objects: createFileObjects(objectsDir),
    bus,
    parse: parseParagraphs,
    embeddings,
    rooms,
    incomingDir,
    maxBytes: 10_000,
    parsersAtOnce: 1,
    log,
    ...options,
  });
  let isClosed = false;
  const close = async (): Promise<void> => {
    if (isClosed) return;
    isClosed = true;
    await documents.stop();
    await database.destroy();
  };
  onTestFinished(close);
  const shown = async (meetingId: string, id: string): Promise<MeetingDocument> => {
    const all = await documents.list(ownerActor, meetingId);
    return all.find((document) => document.id === id)!;
  };
  return {
    dir,
    database,
    bus,
    events,
    documents,
    embeddings,
    held,
    roomsState,
    shown,
    close,
    /** Takes up what is there, as a start does. */
    recover: () => documents.recover(),
    add: (meetingId: string, content: string, name = 'notes.txt') =>
      documents.add(ownerActor, meetingId, { name, content: piecesOf(content) }),
    settled: async (meetingId: string, id: string): Promise<MeetingDocument> => {
      const isOver = async () => ['ready', 'failed', 'cancelled'].includes((await shown(meetingId, id)).state);
      await expect.poll(isOver, { interval: 5, timeout: 5000 }).toBe(true);
      return shown(meetingId, id);
    },
    /** Every file that is there for documents, wherever. */
    files: async (): Promise<string[]> => {
      const found: string[] = [];
      for (const folder of [incomingDir, objectsDir]) {
        const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
        for (const entry of entries) if (entry.isFile()) found.push(entry.name);
      }
      return found;
    },
  };
}

export function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'hansard-documents-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export async function* piecesOf(content: string | Uint8Array): AsyncGenerator<Uint8Array> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
}

export async function addMeeting(database: Database, id = 'm1'): Promise<void> {
  await database.insertInto('meetings').values(meetingRow(id)).execute();
}

import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGovernor, type Governor } from '@hansard/headroom';
import { createFakeClock, createFakeSensors } from '@hansard/headroom/testing';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import type { Segment } from '@hansard/protocol';
import { ownerActor } from '../../identity/index.ts';
import { startTranscript } from '../../transcript/testing.ts';
import type { Embeddings } from '../contract.ts';
import { createRooms, type RoomsOptions, type RoomsService } from './rooms.ts';

const mb = 2 ** 20;
const log = pino({ level: 'silent' });

/** A vector that is always the same for a text. */
export function vectorOfText(text: string, dims = 8): Float32Array {
  const hash = createHash('sha256').update(text).digest();
  return Float32Array.from({ length: dims }, (_, index) => hash[index % 32]! - 127.5);
}

/** Embeddings that a test holds up or lets fail. */
export function createFakeEmbeddings(id = 'fake/8', dims = 8) {
  const state = {
    model: { id, dims } as Embeddings['model'],
    asked: 0,
    error: null as Error | null,
    gate: Promise.resolve(),
  };
  const embeddings: Embeddings = {
    get model() {
      return state.model;
    },
    async ofPassages(texts) {
      state.asked += texts.length;
      const { gate, model } = state;
      await gate;
      if (state.error) throw state.error;
      return texts.map((text) => vectorOfText(`${model!.id} ${text}`, model!.dims));
    },
    ofQuestion: (text) => Promise.resolve(state.model && vectorOfText(`${state.model.id} ${text}`, state.model.dims)),
  };
  return { embeddings, state };
}

export const noEmbeddings: Embeddings = { ...createFakeEmbeddings().embeddings, model: null };

/** Rooms on real files, a real database, real transcripts and a real governor whose sensors are pushed by hand. */
export async function startRooms(options: Partial<RoomsOptions> = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'hansard-rooms-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const started = await startTranscript();
  const { database, meetings, transcript } = started;
  const clock = createFakeClock();
  const sensors = createFakeSensors(clock);
  sensors.setRatio(0.3, 'rss', 1000 * mb);
  const governor: Governor = createGovernor({ sensors, clock, log }).start();
  onTestFinished(() => governor.stop());
  const live = new Set<string>();
  const time = { at: 1000 };
  /** As after a restart: the same folder and database. */
  const open = (more: Partial<RoomsOptions> = {}): RoomsService => {
    const rooms = createRooms({
      dir,
      database,
      embeddings: noEmbeddings,
      readTranscript: async function* (meetingId) {
        for await (const line of transcript.readTranscript(meetingId)) yield [line];
      },
      isLive: (meetingId) => live.has(meetingId),
      budgetBytes: 64 * mb,
      reserve: (bytes) => governor.reserve(bytes, { name: 'rooms', on: 'external', rampMs: 1000 }),
      log,
      now: () => (time.at += 1),
      debounceMs: 1,
      ...options,
      ...more,
    });
    onTestFinished(() => rooms.close());
    return rooms;
  };
  const rooms = open();
  governor.respond(rooms.response);

  const newMeeting = async (): Promise<string> => (await meetings.create(ownerActor, { title: 'M' })).id;
  /** The rows of a document, as its taking in leaves them. */
  const insertDocument = async (meetingId: string, id: string, texts: readonly string[], state = 'ready' as const) => {
    const counts = { pages: null, passages: texts.length, progressDone: 0, progressTotal: null, bytes: 1 };
    const nothing = { kind: null, leftOut: null, errorCode: null, errorMessage: null };
    await database
      .insertInto('documents')
      .values({ id, meetingId, name: 'd', state, createdAt: 0, ...counts, ...nothing })
      .execute();
    for (const [ordinal, text] of texts.entries()) {
      const place = { page: 0, heading: '', startAt: ordinal, endAt: ordinal + 1 };
      await database
        .insertInto('passages')
        .values({ documentId: id, meetingId, ordinal, text, ...place })
        .execute();
    }
  };
  const deleteDocument = (id: string) => database.deleteFrom('documents').where('id', '=', id).execute();
  const passages = (texts: readonly string[], model: Embeddings['model'] = null) =>
    texts.map((text, index) => ({
      ...{ heading: '', page: 0, start: index, end: index + 1, text },
      vector: model && vectorOfText(`${model.id} ${text}`, model.dims),
    }));
  /** A document's rows and its place in the room. */
  const addDocument = async (meetingId: string, id: string, texts: readonly string[], to = rooms) => {
    await insertDocument(meetingId, id, texts);
    await to.addDocument(meetingId, id, passages(texts, options.embeddings?.model ?? null));
  };
  /** What is found, as `source: text`, the best first. */
  const find = async (meetingId: string, text: string, k = 5, from = rooms) => {
    const vector = options.embeddings ? await options.embeddings.ofQuestion(text, AbortSignal.timeout(1000)) : null;
    const { hits } = await from.search(meetingId, { text, vector, k });
    return hits.map((hit) => `${hit.source}: ${hit.text}`);
  };
  const say = async (
    meetingId: string,
    lines: { speaker?: string; text: string; startMs: number }[],
    source = 'meet',
  ) => {
    await transcript.addCaptions(ownerActor, meetingId, {
      source,
      segments: lines.map(({ speaker = 'Ana', text, startMs }) => ({
        externalId: `${source}-${startMs}`,
        ...{ speaker, startMs, endMs: startMs + 900, text, final: true },
      })),
    });
  };
  const segments = async (meetingId: string): Promise<Segment[]> =>
    (await transcript.page(ownerActor, meetingId, { since: 0, limit: 500 })).segments;
  const row = (meetingId: string) =>
    database.selectFrom('rooms').selectAll().where('meetingId', '=', meetingId).executeTakeFirst();
  return {
    ...{ ...started, dir, clock, sensors, governor, live, rooms, open },
    ...{ newMeeting, insertDocument, deleteDocument, passages, addDocument, find, say, segments, row },
  };
}

/** A promise, and what resolves it. */
export function gate() {
  let open = () => {};
  const closed = new Promise<void>((resolve) => (open = resolve));
  return { closed, open };
}

/** A machine that is busy with other things takes its time. */
export const patient = { timeout: 15_000 };

/** As many texts, each with a word of its own: `word0`, `word1`, … */
export function textsOf(count: number, about = 'schedule'): string[] {
  return Array.from({ length: count }, (_, index) => `The ${about} of item word${index} was agreed upon in detail.`);
}

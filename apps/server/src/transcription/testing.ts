import { randomUUID } from 'node:crypto';
import type { Segment } from '@hansard/protocol';
import { pino } from 'pino';
import { openSqlite, type ChunkRow, type Database } from '../adapters/database/index.ts';
import { meetingRow, trackRow } from '../adapters/database/testing.ts';
import type { TranscribedLine, TranscribeEngine, TranscribeRequest } from '../adapters/models/transcribe/index.ts';
import type { EngineChoice } from './choose-engine.ts';
import type { Clock } from './clock.ts';
import { createTranscription, type TranscriptionOptions } from './service.ts';
import type { AppendSegments } from './settle.ts';

export { systemClock } from './clock.ts';

/** A clock that stands still until it is told to go on. */
export interface TestClock extends Clock {
  /** Lets time pass, calling what becomes due on the way; `between` runs after each call. */
  advance(ms: number, between: () => Promise<void>): Promise<void>;
}

export function createTestClock(): TestClock {
  let now = Date.UTC(2026, 0, 1);
  const timers = new Set<{ at: number; call: () => void }>();
  return {
    now: () => now,
    after(ms, call) {
      const timer = { at: now + ms, call };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async advance(ms, between) {
      const end = now + ms;
      await between();
      for (;;) {
        const [next] = [...timers].filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at);
        if (!next) break;
        timers.delete(next);
        now = Math.max(now, next.at);
        next.call();
        await between();
      }
      now = end;
    },
  };
}

/** A meeting with one track and waiting chunks of 10 s, one after the other. Gives back the chunks' IDs. */
export async function addChunks(database: Database, meetingId: string, count: number): Promise<string[]> {
  const trackId = `track-${meetingId}`;
  await database
    .insertInto('meetings')
    .values(meetingRow(meetingId, { openChunks: count }))
    .execute();
  await database
    .insertInto('tracks')
    .values(trackRow(trackId, meetingId, { participant: 'Ada' }))
    .execute();
  const chunks = Array.from({ length: count }, (_, index) => chunkOf(meetingId, trackId, index));
  for (let at = 0; at < chunks.length; at += 500) {
    await database
      .insertInto('chunks')
      .values(chunks.slice(at, at + 500))
      .execute();
  }
  return chunks.map(({ id }) => id);
}

function chunkOf(meetingId: string, trackId: string, index: number): ChunkRow {
  return {
    id: `${meetingId}-${String(index).padStart(6, '0')}`,
    meetingId,
    trackId,
    framing: '{}',
    state: 'waiting',
    byteStart: index * 10,
    byteEnd: index * 10 + 10,
    startMs: index * 10_000,
    endMs: index * 10_000 + 10_000,
    attempts: 0,
    dueAt: 0,
    claimedUntil: null,
    engine: null,
    error: null,
    createdAt: 1,
  };
}

/** Writes segments as the transcript does. */
export const appendTestSegments: AppendSegments = async (trx, { meetingId, trackId, chunkId, speaker, lines }) => {
  const segments: Segment[] = [];
  for (const line of lines) {
    const { seq } = await trx
      .updateTable('meetings')
      .set((row) => ({ seq: row('seq', '+', 1) }))
      .where('id', '=', meetingId)
      .returning('seq')
      .executeTakeFirstOrThrow();
    const segment = { id: randomUUID(), seq, meetingId, trackId, speaker, ...line };
    await trx
      .insertInto('segments')
      .values({ ...segment, chunkId, externalId: null, final: 1, edited: 0, deleted: 0 })
      .execute();
    segments.push({ ...segment, final: true });
  }
  return segments;
};

/** An engine that does as the given function, with the chunk's ID as its sound. */
export function createTestEngine(
  hear: (chunkId: string, signal: AbortSignal) => TranscribedLine[] | Promise<TranscribedLine[]>,
  concurrency = { start: 3, max: 3 },
): TranscribeEngine {
  return {
    name: 'test',
    kind: 'cloud',
    caveat: null,
    concurrency,
    transcribe: async ({ audio }: TranscribeRequest, signal) => hear(Buffer.from(audio).toString(), signal),
    close: async () => {},
  };
}

export const saysWords = (chunkId: string): TranscribedLine[] => [
  { startMs: 500, endMs: 9000, text: `words of ${chunkId}` },
];

export const chosen = (engine: TranscribeEngine | null): EngineChoice => ({ engine, why: 'a test', alternatives: [] });

/** Transcription over a database in memory, where a chunk's sound is its ID and everything is speech. */
export async function createTestBench(changes: Partial<TranscriptionOptions> = {}) {
  const database = changes.database ?? openSqlite(':memory:');
  const clock = createTestClock();
  const published: Segment[] = [];
  const transcription = createTranscription({
    busyShare: () => 0,
    database,
    gate: { name: 'open', hasSpeech: async () => true, close: async () => {} },
    withChunkAudio: ({ id }, work) => work(Buffer.from(id)),
    appendSegments: appendTestSegments,
    onSegments: (segments) => void published.push(...segments),
    onChunkSettled: () => {},
    log: pino({ level: 'silent' }),
    clock,
    ...changes,
  });
  const pass = (ms: number) => clock.advance(ms, () => transcription.settled());
  const states = async () => {
    const rows = await database.selectFrom('chunks').select(['id', 'state', 'attempts']).orderBy('id').execute();
    return rows.map(({ state, attempts }) => (attempts ? `${state}/${attempts}` : state));
  };
  const counters = (id: string) =>
    database
      .selectFrom('meetings')
      .select(['openChunks', 'failedChunks'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
  return { database, clock, published, transcription, pass, states, counters };
}

import { openSqlite, segmentRowid } from '@hansard/server/database';
import { createRandom } from './random.ts';
import { createVocabulary } from './vocabulary.ts';

export interface Prepared {
  meetings: number;
  segments: number;
  words: readonly string[];
  people: readonly string[];
}

const batch = 500;
const minuteMs = 60_000;
/** A share of the meetings has a transcript, so that building takes seconds and not minutes. */
const shareWithText = 0.3;
const linesPerMeeting = 12;
const wordsPerLine = 12;

/** Fills a new database with meetings of some years, one an hour or so. */
export async function prepareDatabase(file: string, meetings: number): Promise<Prepared> {
  const database = openSqlite(file);
  const random = createRandom(1);
  const { words, draw, sentence } = createVocabulary(random);
  const people = Array.from({ length: 400 }, () => `${capital(draw())} ${capital(draw())}`);
  const somebody = () => people[Math.floor(random() * people.length)]!;
  const firstDay = Date.UTC(2026, 0, 1) - meetings * 60 * minuteMs;
  let segments = 0;
  for (let start = 0; start < meetings; start += batch) {
    await database.transaction().execute(async (trx) => {
      const places = Array.from({ length: Math.min(batch, meetings - start) }, (_, index) => start + index + 1);
      const rows = places.map((ordinal) => ({
        ...meetingRow(ordinal, firstDay + ordinal * 60 * minuteMs, random()),
        title: capital(sentence(4)),
        people: JSON.stringify([somebody(), somebody(), somebody()]),
        ordinal,
      }));
      await trx.insertInto('meetings').values(rows).execute();
      const lines = rows
        .filter(() => random() < shareWithText)
        .flatMap(({ id, ordinal }) => linesOf(id, ordinal, () => sentence(wordsPerLine), somebody));
      segments += lines.length;
      for (let at = 0; at < lines.length; at += batch) {
        await trx
          .insertInto('segments')
          .values(lines.slice(at, at + batch))
          .execute();
      }
    });
  }
  await database.destroy();
  return { meetings, segments, words, people };
}

function meetingRow(ordinal: number, createdAt: number, chance: number) {
  const state: 'live' | 'processing' | 'done' = chance < 0.001 ? 'live' : chance < 0.003 ? 'processing' : 'done';
  return {
    id: `m${String(ordinal).padStart(8, '0')}`,
    workspaceId: 'default',
    kind: 'general',
    state,
    createdAt,
    startedAt: createdAt,
    endedAt: state === 'live' ? null : createdAt + 40 * minuteMs,
    durationMs: 40 * minuteMs,
    seq: linesPerMeeting,
    hasGaps: chance > 0.98 ? 1 : 0,
    failedChunks: 0,
    openChunks: 0,
  };
}

function linesOf(meetingId: string, ordinal: number, text: () => string, somebody: () => string) {
  return Array.from({ length: linesPerMeeting }, (_, index) => ({
    rowid: segmentRowid(ordinal, index + 1),
    id: `${meetingId}-${index + 1}`,
    meetingId,
    seq: index + 1,
    trackId: null,
    chunkId: null,
    externalId: null,
    speaker: somebody(),
    startMs: index * 5000,
    endMs: index * 5000 + 4500,
    text: text(),
    final: 1,
    edited: 0,
    deleted: 0,
  }));
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

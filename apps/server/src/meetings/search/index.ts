import type { MeetingQuery, SearchHit } from '@hansard/protocol';
import { ordinalOf, type Database, type MeetingRow } from '../../adapters/database/index.ts';
import { AppError } from '../../errors.ts';
import { meetingLimits } from '../limits.ts';
import { makeExcerpt } from './excerpt.ts';
import { createSearchRepository, type FoundMeeting, type SearchRepository } from './repository.ts';
import { searchMeetings } from './search-meetings.ts';
import { searchWords, type SearchWord } from './words.ts';

interface ListedMeetings {
  meetings: { row: MeetingRow; hits?: SearchHit[] }[];
  cursor: string | null;
}

/** Lists meetings, newest first, a page at a time; with words to search for, those in which all of them stand. */
export function createMeetingList(database: Database) {
  const repository = createSearchRepository(database);

  return async (workspaceId: string, query: MeetingQuery): Promise<ListedMeetings> => {
    const { q, state, cursor, limit } = query;
    const max = cursor === undefined ? Number.MAX_SAFE_INTEGER : parseCursor(cursor);
    const words = searchWords(q ?? '');
    if (words.length === 0) {
      const rows = await repository.page(workspaceId, state, max, limit + 1);
      const last = rows[limit - 1];
      return {
        meetings: rows.slice(0, limit).map((row) => ({ row })),
        cursor: rows.length > limit && last ? String(last.ordinal - 1) : null,
      };
    }
    // A rowid, which holds the ordinal and more, must stay a number that JavaScript can tell from its neighbours.
    const from = Math.min(max, maxOrdinal);
    const { meetings, lines, goOnAt } = await searchMeetings(repository, {
      workspaceId,
      words,
      state,
      max: from,
      limit,
    });
    const hits = await readHits(repository, words, meetings, lines);
    return {
      meetings: meetings.map((row) => ({ row, hits: hits.get(row.ordinal) ?? [] })),
      cursor: goOnAt === null || goOnAt < 1 ? null : String(goOnAt),
    };
  };
}

const maxOrdinal = 2 ** 29 - 1;

function parseCursor(cursor: string): number {
  if (!/^\d{1,15}$/.test(cursor)) throw new AppError('BAD_REQUEST', 'cursor: not one that this server gave');
  return Number(cursor);
}

async function readHits(
  repository: SearchRepository,
  words: readonly SearchWord[],
  meetings: readonly FoundMeeting[],
  lines: ReadonlyMap<number, number[]>,
): Promise<Map<number, SearchHit[]>> {
  const rowids = meetings.flatMap(({ ordinal }) => lines.get(ordinal) ?? []);
  const hits = new Map<number, SearchHit[]>();
  if (rowids.length === 0) return hits;
  for (const row of await repository.lines(rowids)) {
    const { text, marks } = makeExcerpt(row.text, words, meetingLimits.maxHitLength);
    const ordinal = ordinalOf(row.rowid);
    const hit = { segmentId: row.id, speaker: row.speaker, startMs: row.startMs, text, marks };
    hits.set(ordinal, [...(hits.get(ordinal) ?? []), hit]);
  }
  return hits;
}
